import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compressFiles } from "../../../scripts/setup/compress.mjs";
import { startTestWeb, type TestWeb } from "#server/testing/web.ts";

const SCRIPT = `/* ${"switch ".repeat(400)} */`;

describe("files of the pages' build", () => {
  let web: TestWeb;
  let folder: string;
  const next: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "switchyard-build-"));
    mkdirSync(join(folder, "static/chunks"), { recursive: true });
    for (const name of ["static/chunks/app-1.js", "static/chunks/gone.js", "static/style.css", "outside.js"]) writeFileSync(join(folder, name), SCRIPT);
    writeFileSync(join(folder, "static/small.js"), "1");
    writeFileSync(join(folder, "static/font.woff2"), SCRIPT);
    await compressFiles(join(folder, "static"));
    await compressFiles(folder);
    web = await startTestWeb({
      web: {
        buildFiles: join(folder, "static"),
        next: {
          handle(request, response) {
            next.push(request.url ?? "");
            response.setHeader("content-type", "text/javascript");
            response.end(SCRIPT);
          },
        },
      },
    });
  });
  afterAll(async () => {
    await web.close();
    rmSync(folder, { recursive: true });
  });

  /** Without fetch, which decodes, and which resolves dots before it asks. */
  const ask = (path: string, headers: Record<string, string>, method = "GET") =>
    new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer; byNext: boolean }>((resolve, reject) => {
      next.length = 0;
      get({ port: new URL(web.url).port, host: "127.0.0.1", path, headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), byNext: next.length > 0 }));
      }).on("error", reject);
    });

  it.each([
    ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
    ["gzip, deflate", "gzip", gunzipSync],
    ["br;q=0, gzip", "gzip", gunzipSync],
    ["*", "br", brotliDecompressSync],
  ] as const)("are sent as the build compressed them: %s", async (accepted, encoding, decompress) => {
    const { status, headers, body, byNext } = await ask("/_next/static/chunks/app-1.js", { "accept-encoding": accepted });
    expect([status, byNext, decompress(body).toString()]).toEqual([200, false, SCRIPT]);
    expect(headers).toMatchObject({
      "content-encoding": encoding,
      "content-length": String(body.length),
      "cache-control": "public, max-age=31536000, immutable",
      vary: expect.stringMatching(/^Accept-Encoding$/i),
      "content-type": expect.stringMatching(/^text\/javascript; charset=utf-8$/i),
      "x-content-type-options": "nosniff",
    });
  });

  it("have the type of the original, and no body where none is asked for", async () => {
    const head = await ask("/_next/static/style.css?dpl=1", { "accept-encoding": "br" }, "HEAD");
    expect([head.status, head.body.length, head.headers["content-type"], head.byNext]).toEqual([200, 0, "text/css; charset=utf-8", false]);
    expect(Number(head.headers["content-length"])).toBeGreaterThan(0);
  });

  it("are not sent again to whoever has them, and another encoding is another file", async () => {
    const { etag } = (await ask("/_next/static/style.css", { "accept-encoding": "br" })).headers;
    const again = (encoding: string) => ask("/_next/static/style.css", { "accept-encoding": encoding, "if-none-match": String(etag) });
    expect([(await again("br")).status, (await again("gzip")).status]).toEqual([304, 200]);
  });

  it.each([
    ["a part", "/_next/static/chunks/app-1.js", { "accept-encoding": "br", range: "bytes=0-9" }],
    ["no compression", "/_next/static/chunks/app-1.js", { "accept-encoding": "identity" }],
    ["no word about compression", "/_next/static/chunks/app-1.js", {}],
    ["what was too small", "/_next/static/small.js", { "accept-encoding": "br" }],
    ["what does not shrink", "/_next/static/font.woff2", { "accept-encoding": "br" }],
    ["what the build has not", "/_next/static/chunks/app-2.js", { "accept-encoding": "br" }],
    ["a folder", "/_next/static/chunks", { "accept-encoding": "br" }],
    ["the root", "/_next/static/", { "accept-encoding": "br" }],
    ["a way out", "/_next/static/../outside.js", { "accept-encoding": "br" }],
    ["a way out, written otherwise", "/_next/static/%2e%2e/outside.js", { "accept-encoding": "br" }],
    ["a way out with backslashes", "/_next/static/..%5coutside.js", { "accept-encoding": "br" }],
    ["a way in and out", "/_next/static/chunks/../style.css", { "accept-encoding": "br" }],
    ["the object's own names", "/_next/static/constructor", { "accept-encoding": "br" }],
  ] as [string, string, Record<string, string>][])("leave to Next: %s", async (_, path, headers) => {
    const answer = await ask(path, headers);
    expect([answer.byNext, answer.headers["cache-control"], answer.headers["etag"]]).toEqual([true, undefined, undefined]);
  });

  it("leave to Next what is sent with another method", async () => {
    expect((await ask("/_next/static/style.css", { "accept-encoding": "br" }, "POST")).byNext).toBe(true);
  });

  it("leave to Next what has gone since, with nothing of theirs in the answer", async () => {
    rmSync(join(folder, "static/chunks/gone.js.br"));
    const answer = await ask("/_next/static/chunks/gone.js", { "accept-encoding": "br" });
    expect([answer.byNext, answer.headers["cache-control"], answer.headers["etag"]]).toEqual([true, undefined, undefined]);
    expect(brotliDecompressSync(answer.body).toString()).toBe(SCRIPT);
  });
});
