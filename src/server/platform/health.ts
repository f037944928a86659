import type { z } from "zod";
import type { healthOutput } from "#shared/platform/schema.ts";
import { checkLedger } from "#server/billing/check.ts";
import { lastLedgerCheck } from "#server/billing/ledger-checks.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { pingDatabase, relayLag } from "./repository.ts";

type Health = z.output<typeof healthOutput>;
type Check = Health["checks"][number];

const CHECK_TIMEOUT_MS = 3_000;
const RELAY_LATE_SECONDS = 10;

/** Every dependency with its state; the administrators' health page and /health read it. */
export async function checkHealth(rt: Runtime): Promise<Health> {
  const checks = await Promise.all([
    check("database", async () => {
      const latency = await pingDatabase(rt);
      return { status: "pass", detail: rt.db.kind === "pglite" ? "embedded (PGlite)" : "PostgreSQL", latencyMs: latency };
    }),
    check("events", async () => {
      const lag = await relayLag(rt, rt.clock.now());
      return { status: lag.oldestSeconds > RELAY_LATE_SECONDS ? "warn" : "pass", detail: `${lag.waiting} waiting`, latencyMs: null };
    }),
    check("ledger", async () => {
      // What the accounts show now, and what the last check of the whole ledger found.
      const [now, last] = await Promise.all([checkLedger(rt), lastLedgerCheck(rt)]);
      const findings = [...new Set([...now, ...(last?.findings ?? [])])];
      return { status: findings.length > 0 ? "fail" : "pass", detail: findings.length > 0 ? findings.join("; ") : "balanced", latencyMs: null };
    }),
  ]);
  const status = checks.some((one) => one.status === "fail") ? "fail" : checks.some((one) => one.status === "warn") ? "warn" : "pass";
  return { status, version: rt.version, uptimeSeconds: Math.round(process.uptime()), checks };
}

async function check(name: string, look: () => Promise<Omit<Check, "name">>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Omit<Check, "name">>((resolve) => {
    timer = setTimeout(() => resolve({ status: "fail", detail: `no answer in ${CHECK_TIMEOUT_MS / 1000} s`, latencyMs: null }), CHECK_TIMEOUT_MS);
  });
  try {
    return { name, ...(await Promise.race([look(), timeout])) };
  } catch {
    return { name, status: "fail", detail: "not reachable", latencyMs: null };
  } finally {
    clearTimeout(timer);
  }
}
