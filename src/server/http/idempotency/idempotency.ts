import { AppError } from "#shared/errors.ts";
import { sha256 } from "#server/infra/crypto.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findAnswer, release, reserve, storeAnswer } from "./repository.ts";

export interface Answer {
  status: number;
  /** JSON; empty for 204 */
  text: string;
}

export interface IdempotentCall {
  key: string;
  /** who sent it: a user, or for nobody's call the address and the credential */
  scope: string;
  /** method, path, organization and body: what makes it the same call */
  fingerprint: string;
}

const KEPT_MS = 24 * 60 * 60 * 1000;
/** No request runs this long (30 s is the limit): a row without an answer after it belongs to a process that died. */
const ABANDONED_MS = 2 * 60 * 1000;
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Runs `work` once for a key within 24 hours; a repetition gets the first answer again. Answers may hold secrets shown once (tokens, a VM's
 * password), so they are kept sealed. A 5xx is no answer: the next try runs again.
 * @throws AppError INVALID_REQUEST for a key of a wrong form, CONFLICT when the first call is still running or was another one
 */
export async function runOnce(rt: Runtime, call: IdempotentCall, work: () => Promise<Answer>): Promise<Answer & { replayed: boolean }> {
  if (!KEY.test(call.key)) throw new AppError("INVALID_REQUEST", "Idempotency-Key must have 1 to 255 visible ASCII characters.", { details: [{ field: "Idempotency-Key", message: "must have 1 to 255 visible ASCII characters" }] });
  const { scope, key } = call;
  const bodyHash = sha256(call.fingerprint);
  const now = rt.clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  const mine = await reserve(rt.db, { scope, key, bodyHash, now, expiredBefore: before(KEPT_MS), abandonedBefore: before(ABANDONED_MS) });
  if (!mine) return { ...(await replay(rt, scope, key, bodyHash)), replayed: true };
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    await release(rt.db, scope, key);
    throw error;
  }
  if (answer.status >= 500) await release(rt.db, scope, key);
  else await storeAnswer(rt.db, scope, key, answer.status, rt.sealer.seal(answer.text, context(scope, key)));
  return { ...answer, replayed: false };
}

async function replay(rt: Runtime, scope: string, key: string, bodyHash: string): Promise<Answer> {
  const stored = await findAnswer(rt.db, scope, key);
  if (stored && stored.bodyHash !== bodyHash) throw new AppError("CONFLICT", "This Idempotency-Key was used for another request.", { reason: "idempotency_key_reused" });
  // Gone between the two statements: the first call has just failed.
  if (stored?.status == null || stored.body === null) throw new AppError("CONFLICT", "The first request with this Idempotency-Key is still running.", { reason: "idempotency_key_running", retryAfter: 1 });
  return { status: stored.status, text: rt.sealer.open(stored.body, context(scope, key)) };
}

function context(scope: string, key: string): string {
  return `idempotency_key/${scope}/${key}`;
}
