import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Text. Fonts and pictures are compressed as they are. */
const COMPRESSIBLE = /\.(js|css|svg|json|txt)$/;
/** Less is hardly smaller compressed; the server (src/server/http/build-files.ts) takes such a file from Next. */
const FROM_BYTES = 256;
/** zlib works in Node's pool of four threads. */
const AT_ONCE = 4;

/**
 * Writes `<file>.br` and `<file>.gz` beside the files of a folder, as small as can be: they are made once and sent many times, and the best that a server has time for while
 * somebody waits is a sixth larger.
 * @param {string} folder
 */
export async function compressFiles(folder) {
  const waiting = readdirSync(folder, { recursive: true }).filter((name) => COMPRESSIBLE.test(name));
  const work = async () => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const file = join(folder, name);
      const bytes = readFileSync(file);
      if (bytes.length < FROM_BYTES) continue;
      const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      const [brotli, gzipped] = await Promise.all([promisify(brotliCompress)(bytes, { params }), promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION })]);
      writeFileSync(`${file}.br`, brotli);
      writeFileSync(`${file}.gz`, gzipped);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
