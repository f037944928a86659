import { type Loop, startLoop } from "#server/infra/loop.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { evaluateReadings, evaluateSlowRules } from "./evaluate.ts";
import { replayReadings } from "./replay.ts";
import { ensureRound, leaseRound, moveRound, releaseRound } from "./round-repository.ts";

const POLL_MS = 2_000;
/** of the longest that a round takes; one that died holds the others up so long */
const LEASE_MS = 60_000;
/** Nobody looked for longer than this: the readings of that time are gone through one by one. Below it the newest of each machine says enough. */
const GAP_MS = 60_000;
const REPLAYED_AT_MOST_MS = 86_400_000;

const ROUNDS = { readings: { pauseMs: 4_000, evaluate: evaluateReadings }, stock: { pauseMs: 28_000, evaluate: evaluateSlowRules } } as const;

/**
 * Evaluates the alert rules when it is time, in one process of all. How far it has come is kept in the database: after an absence what the devices sent meanwhile is made up for.
 * @returns whether this process did it
 */
export async function runAlertRound(rt: Runtime, name: keyof typeof ROUNDS): Promise<boolean> {
  const { pauseMs, evaluate } = ROUNDS[name];
  const now = rt.clock.now();
  await ensureRound(rt, name, new Date(now.getTime() - pauseMs));
  const evaluated = await leaseRound(rt, name, now, pauseMs, LEASE_MS);
  if (!evaluated) return false;
  try {
    if (name === "readings" && now.getTime() - evaluated.getTime() > GAP_MS) {
      const from = new Date(Math.max(evaluated.getTime(), now.getTime() - REPLAYED_AT_MOST_MS));
      await replayReadings(rt, from, now, (time) => moveRound(rt, name, time, new Date(rt.clock.now().getTime() + LEASE_MS)));
    }
    await evaluate(rt);
  } catch (error) {
    await releaseRound(rt, name, now);
    throw error;
  }
  await moveRound(rt, name, now, now);
  return true;
}

/** Both rounds, until stopped. */
export function startAlertRounds(rt: Runtime): Loop {
  const loops = (["readings", "stock"] as const).map((name) => startLoop({ name: `alerts-${name}`, pauseMs: POLL_MS, log: rt.log }, async () => void (await runAlertRound(rt, name))));
  return {
    wake: () => loops.forEach((loop) => loop.wake()),
    stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))),
  };
}
