import { request, type Agent } from "node:https";
import { ProxmoxError } from "./errors.ts";

export interface Exchange {
  origin: string;
  /** with its query */
  path: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer | undefined;
  agent: Agent | false;
  timeoutMs: number;
  signal: AbortSignal;
}

export interface RawAnswer {
  status: number;
  /** reason phrase of the status line: where Proxmox puts its message */
  reason: string;
  body: string;
}

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * One request and its answer.
 * @throws ProxmoxError unavailable: it did not arrive · unknown: it may have, and changes something · the signal's reason
 */
export function exchange(options: Exchange): Promise<RawAnswer> {
  return attempt(options, options.method === "GET");
}

function attempt(options: Exchange, mayRepeat: boolean): Promise<RawAnswer> {
  options.signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const url = new URL(options.path, options.origin);
    let sent = false;
    const outgoing = request(url, {
      method: options.method,
      agent: options.agent,
      headers: { ...options.headers, accept: "application/json", ...(options.body === undefined ? {} : { "content-length": String(Buffer.byteLength(options.body)) }) },
    });
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => void outgoing.destroy(options.signal.reason as Error);
    options.signal.addEventListener("abort", onAbort, { once: true });
    const finish = (): void => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", onAbort);
    };
    const fail = (error: Error): void => {
      finish();
      if (options.signal.aborted) return reject(options.signal.reason as Error);
      if (error instanceof ProxmoxError) return reject(error);
      // The server closed an idle connection just as we took it: what only reads is asked once more.
      if (mayRepeat && outgoing.reusedSocket && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE")) return resolve(attempt(options, false));
      const lost = sent && options.method !== "GET";
      reject(new ProxmoxError(lost ? "unknown" : "unavailable", "connection", `the host did not answer: ${error.message}`, error));
    };
    // The agent hands out connections that stand: from here on the request may arrive. Waiting for one is not the host's time.
    outgoing.once("socket", () => {
      sent = true;
      timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${Math.round(options.timeoutMs / 1000)} s`)), options.timeoutMs);
    });
    outgoing.once("error", fail);
    outgoing.once("response", (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > MOST_BYTES) incoming.destroy(new Error("the answer is too large"));
        else chunks.push(chunk);
      });
      incoming.once("error", fail);
      incoming.once("end", () => {
        finish();
        resolve({ status: incoming.statusCode ?? 0, reason: incoming.statusMessage ?? "", body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    outgoing.end(options.body);
  });
}
