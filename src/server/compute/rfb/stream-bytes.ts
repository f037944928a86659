import type { Readable } from "node:stream";

/**
 * The next `length` bytes of a stream that nobody else reads; what follows stays in the stream.
 * @throws Error when it ends before, or `signal` aborts
 */
export async function readBytes(stream: Readable, length: number, signal?: AbortSignal): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  for (;;) {
    signal?.throwIfAborted();
    if (stream.destroyed || stream.errored || stream.readableEnded) throw stream.errored ?? new Error("the connection was closed");
    const found: unknown = stream.read(length);
    if (Buffer.isBuffer(found)) {
      if (found.length === length) return found;
      // The end has come: `read` gives what is left.
      throw new Error("the connection was closed in the middle of a message");
    }
    await readable(stream, signal);
  }
}

function readable(stream: Readable, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const names = ["readable", "end", "close", "error"] as const;
    const done = (): void => {
      for (const name of names) stream.off(name, done);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    for (const name of names) stream.on(name, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
