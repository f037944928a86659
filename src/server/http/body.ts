import type { IncomingMessage } from "node:http";
import { AppError } from "#shared/errors.ts";

/**
 * Reads a request's body as UTF-8 text.
 * @throws AppError PAYLOAD_TOO_LARGE beyond `limit` bytes, INVALID_REQUEST when it is not UTF-8, is compressed, or ends early
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const bytes = await readBytes(request, limit);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AppError("INVALID_REQUEST", "The body is not UTF-8 text.", {}, error);
  }
}

/**
 * Reads a request's body as it is.
 * @throws AppError PAYLOAD_TOO_LARGE beyond `limit` bytes, INVALID_REQUEST when it is compressed or ends early
 */
export function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.reject(tooLarge(limit));
  if (request.headers["content-encoding"] !== undefined && request.headers["content-encoding"] !== "identity") {
    return Promise.reject(new AppError("INVALID_REQUEST", "Send the body uncompressed."));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners("data");
        // What still comes is read and dropped, so that the caller gets the answer and not a broken connection.
        request.resume();
        reject(tooLarge(limit));
        return;
      }
      chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", (error) => reject(new AppError("INVALID_REQUEST", "The body ended early.", {}, error)));
    request.on("close", () => {
      if (!request.complete) reject(new AppError("INVALID_REQUEST", "The body ended early."));
    });
  });
}

function tooLarge(limit: number): AppError {
  return new AppError("PAYLOAD_TOO_LARGE", `The request body is larger than ${limit / 1024} KB.`, { limit });
}

/**
 * Parses JSON.
 * @throws AppError INVALID_REQUEST when malformed, or when it holds the character U+0000, which PostgreSQL cannot store
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError("INVALID_REQUEST", "The body is not valid JSON.", {}, error);
  }
  if (text.includes("\\u0000") && hasNul(value)) throw new AppError("INVALID_REQUEST", "The character U+0000 is not allowed.");
  return value;
}

function hasNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  if (Array.isArray(value)) return value.some(hasNul);
  if (value !== null && typeof value === "object") return Object.entries(value).some(([key, child]) => key.includes("\0") || hasNul(child));
  return false;
}
