import { createWriteStream, existsSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import type { Board } from "./board.ts";

/** The server will not give it, however often it is asked. */
export class DownloadRefused extends Error {
  override name = "DownloadRefused";
}

const ATTEMPTS = 8;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** without a byte */
const STALL_MS = 15_000;

export interface Download {
  url: string;
  size: number;
  /** of the part that is there already; null: nothing is */
  etag: string | null;
}

/**
 * Downloads to `file`, going on after what is there: after a broken connection, and after a power cut. What the server has changed since is begun anew.
 * A 4xx is final; everything else is tried again, each time later.
 * @param onProgress bytes so far, and the entity tag they belong to
 * @throws DownloadRefused, PowerLost
 */
export async function download(board: Board, file: string, what: Download, onProgress: (bytes: number, etag: string | null) => void): Promise<void> {
  let { etag } = what;
  for (let attempt = 1, delay = FIRST_RETRY_MS; ; attempt += 1, delay = Math.min(MAX_RETRY_MS, delay * 2)) {
    const before = sizeOf(file);
    if (before === what.size) return;
    try {
      await fetchPart(board, file, { ...what, etag }, (bytes, tag) => {
        etag = tag;
        onProgress(bytes, tag);
      });
      if (sizeOf(file) === what.size) return;
    } catch (error) {
      board.power.check();
      if (error instanceof DownloadRefused) throw error;
      board.log.warn({ reason: (error as Error).message }, "the download broke off");
    }
    // Whoever gets on, if slowly, is not out of patience.
    if (sizeOf(file) > before) attempt = 1;
    if (attempt >= ATTEMPTS) throw new DownloadRefused("the server could not be reached");
    await board.power.pause(delay / board.speed);
  }
}

async function fetchPart(board: Board, file: string, { url, size, etag }: Download, onProgress: (bytes: number, etag: string | null) => void): Promise<void> {
  const have = sizeOf(file);
  const resuming = have > 0 && have < size && etag !== null;
  if (!resuming) rmSync(file, { force: true });
  const stalled = new AbortController();
  const watch = setTimeout(() => stalled.abort(new Error("no answer")), STALL_MS);
  try {
    const headers: Record<string, string> = resuming ? { range: `bytes=${have}-`, "if-range": etag } : {};
    const response = await fetch(url, { headers: { ...headers, "accept-encoding": "identity" }, signal: AbortSignal.any([stalled.signal, board.power.signal]) });
    if (response.status === 416) rmSync(file, { force: true });
    else if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429) throw new DownloadRefused(`HTTP ${response.status}`);
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    const goesOn = response.status === 206;
    const tag = response.headers.get("etag");
    await write(response.body, file, { from: goesOn ? have : 0, size }, (bytes) => {
      watch.refresh();
      onProgress(bytes, tag);
    });
  } finally {
    clearTimeout(watch);
  }

  async function write(body: ReadableStream<Uint8Array>, to: string, range: { from: number; size: number }, progress: (bytes: number) => void): Promise<void> {
    const out = createWriteStream(to, { flags: range.from > 0 ? "a" : "w", mode: 0o600 });
    let bytes = range.from;
    try {
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > range.size) throw new DownloadRefused(`more than ${range.size} bytes`);
        await new Promise<void>((resolve, reject) => out.write(chunk, (error) => (error ? reject(error) : resolve())));
        progress(bytes);
      }
    } finally {
      out.end();
      await once(out, "close");
    }
  }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}
