import { readdirSync } from "node:fs";
import { sep } from "node:path";
import type { RequestHandler } from "express";

const SUFFIXES = { br: ".br", gzip: ".gz" } as const;
type Encoding = keyof typeof SUFFIXES;

/** Their names change with their contents. */
const FOREVER = "public, max-age=31536000, immutable";

/**
 * The files of Next's build that scripts/setup/compress.mjs has compressed, as it left them: smaller than what compressing while somebody waits gives, and at no cost. It knows
 * the files that were there when it was made, by name, and nothing else can be asked for. Whatever it has not (a font, a part of a file, a caller without compression) is Next's.
 * @param folder what is served as /_next/static
 */
export function createBuildFiles(folder: string): RequestHandler {
  const files = compressedFiles(folder);
  return (request, response, next) => {
    const encodings = files.get(request.path);
    if (!encodings || (request.method !== "GET" && request.method !== "HEAD") || request.headers.range !== undefined) return next();
    // Asked one after the other: of several that a browser likes as well it would get the one it named first, and that is gzip.
    const encoding = encodings.find((each) => request.acceptsEncodings(each) !== false);
    if (!encoding) return next();
    const sent = `${request.path.slice(1)}${SUFFIXES[encoding]}`;
    const headers = { "content-encoding": encoding, "cache-control": FOREVER, etag: `"${sent}"` };
    response.vary("Accept-Encoding").type(request.path.slice(request.path.lastIndexOf("."))).set(headers);
    response.sendFile(sent, { root: folder, acceptRanges: false, cacheControl: false }, (error) => {
      if (!error || response.headersSent || response.destroyed) return;
      // Gone since: a new build is being made in its place.
      for (const name of ["content-type", ...Object.keys(headers)]) response.removeHeader(name);
      next();
    });
  };
}

/** By the path of the original, best first. */
function compressedFiles(folder: string): Map<string, Encoding[]> {
  const names = new Set(readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `/${name.split(sep).join("/")}`));
  const files = new Map<string, Encoding[]>();
  for (const encoding of ["br", "gzip"] as const) {
    for (const name of names) {
      const original = name.slice(0, -SUFFIXES[encoding].length);
      if (name.endsWith(SUFFIXES[encoding]) && names.has(original)) files.set(original, [...(files.get(original) ?? []), encoding]);
    }
  }
  return files;
}
