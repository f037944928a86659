import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Gives out one file, as the contract asks: length, entity tag, ranges. And breaks where a test wants it to. */
export class ImageServer {
  /** the Range header of each request, "" where there was none */
  readonly ranges: string[] = [];
  /** these answers come first */
  readonly statuses: number[] = [];
  /** the connection breaks after so many bytes, once */
  breakAfter = 0;
  /** the rest comes a little later than so many bytes, once */
  pauseAfter = 0;
  image: Buffer;
  readonly #server: Server;

  private constructor(image: Buffer) {
    this.image = image;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async open(image: Buffer): Promise<ImageServer> {
    const server = new ImageServer(image);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/image.bin`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.ranges.push(request.headers.range ?? "");
    const status = this.statuses.shift();
    if (status) return void response.writeHead(status).end();
    const etag = `"${createHash("sha256").update(this.image).digest("hex")}"`;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const partly = from > 0 && request.headers["if-range"] === etag;
    const body = partly ? this.image.subarray(from) : this.image;
    const range = partly ? { "content-range": `bytes ${from}-${this.image.length - 1}/${this.image.length}` } : {};
    response.writeHead(partly ? 206 : 200, { etag, "accept-ranges": "bytes", "content-length": body.length, ...range });
    const { breakAfter, pauseAfter } = this;
    this.breakAfter = 0;
    this.pauseAfter = 0;
    if (breakAfter + pauseAfter === 0) return void response.end(body);
    response.write(body.subarray(0, breakAfter || pauseAfter), () => setTimeout(() => (breakAfter > 0 ? response.destroy() : response.end(body.subarray(pauseAfter))), 100));
  }
}

/** Enough of an ESP32 application image for a device to read its version. */
export function smallImage(version: string, bytes = 200_000): Buffer {
  const image = Buffer.alloc(bytes, 0x5a);
  image[0] = 0xe9;
  image.fill(0, 32, 288);
  image.writeUInt32LE(0xabcd5432, 32);
  image.write(version, 48, "latin1");
  return image;
}
