import { type ClaimAnswer, claimAnswer, type ClaimRequest } from "#shared/machines/device.ts";
import type { DeviceLog } from "./device-log.ts";

const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/** The server says that this token will never work. */
export class ClaimRefused extends Error {
  override name = "ClaimRefused";
}

/**
 * Exchanges the claim token for credentials. Goes on trying while the server cannot be reached or is busy. An answer that was lost on the way is lost for good: the
 * token is used then, and the machine needs a new one.
 * @throws ClaimRefused when the token is unknown, used, expired or superseded
 */
export async function claim(server: string, request: ClaimRequest, options: { log: DeviceLog; signal: AbortSignal }): Promise<ClaimAnswer> {
  for (let delay = FIRST_RETRY_MS; ; delay = Math.min(MAX_RETRY_MS, delay * 2)) {
    options.signal.throwIfAborted();
    const outcome = await attempt(server, request);
    if ("answer" in outcome) return outcome.answer;
    options.log.warn({ server, reason: outcome.reason }, "cannot claim yet");
    await pause(Math.max(delay, outcome.retryAfterMs), options.signal);
  }
}

async function attempt(server: string, request: ClaimRequest): Promise<{ answer: ClaimAnswer } | { reason: string; retryAfterMs: number }> {
  let response: Response;
  try {
    response = await fetch(new URL("/device/v1/claim", server), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    return { reason: (error as Error).message, retryAfterMs: 0 };
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return { answer: claimAnswer.parse(body) };
  const message = (body as { error?: { message?: string } } | null)?.error?.message ?? `HTTP ${response.status}`;
  if (response.status === 429 || response.status >= 500) return { reason: message, retryAfterMs: Number(response.headers.get("retry-after") ?? 0) * 1_000 };
  throw new ClaimRefused(message);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    }, { once: true });
  });
}
