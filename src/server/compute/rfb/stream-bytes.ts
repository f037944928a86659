import type { Readable } from "node:stream";

/**
 * The next `length` bytes of a stream that nobody else reads; what follows stays in the stream.
 * @throws Error when it ends before, or `signal` aborts
 */
export function readBytes(stream: Readable, length: number, signal?: AbortSignal): Promise<Buffer> {
  if (length === 0) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve, reject) => {
    const over = (): void => {
      stream.off("readable", look).off("end", ended).off("close", ended).off("error", ended);
      signal?.removeEventListener("abort", aborted);
    };
    const ended = (): void => {
      over();
      reject(stream.errored ?? new Error("the connection was closed"));
    };
    const aborted = (): void => {
      over();
      reject(signal?.reason as Error);
    };
    // One listener for as long as it takes: a new one is called at once while there is a part, and would keep the process from everything else.
    const look = (): void => {
      const found: unknown = stream.read(length);
      if (!Buffer.isBuffer(found)) return;
      over();
      // At the end `read` gives what is left.
      if (found.length === length) resolve(found);
      else reject(new Error("the connection was closed in the middle of a message"));
    };
    if (signal?.aborted) return aborted();
    if (stream.destroyed || stream.errored || stream.readableEnded) return ended();
    stream.on("readable", look).on("end", ended).on("close", ended).on("error", ended);
    signal?.addEventListener("abort", aborted, { once: true });
    look();
  });
}
