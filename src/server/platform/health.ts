import type { z } from "zod";
import type { healthOutput } from "#shared/platform/schema.ts";
import { checkLedger } from "#server/billing/check.ts";
import { lastLedgerCheck } from "#server/billing/ledger-checks.ts";
import { hostReach } from "#server/compute/totals.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { TimeoutError, withTimeout } from "#server/infra/timeout.ts";
import { checkProcesses } from "./processes.ts";
import { pingDatabase, relayLag } from "./repository.ts";

type Health = z.output<typeof healthOutput>;
type Check = Health["checks"][number];

const CHECK_TIMEOUT_MS = 3_000;
const RELAY_LATE_SECONDS = 10;

/**
 * Every dependency with its state: what this process asks itself, and what the others have last said of themselves. The administrators' health page and /health
 * read it.
 */
export async function checkHealth(rt: Runtime): Promise<Health> {
  const { ping } = rt.realtime;
  const [own, hypervisors, others] = await Promise.all([
    Promise.all([
      check("database", async () => {
        const latency = await pingDatabase(rt);
        return { status: "pass", finding: { code: rt.db.kind === "pglite" ? "embedded" : "connected" }, latencyMs: latency };
      }),
      // Without it browsers hear of things later; nothing is lost.
      ...(ping ? [check("redis", async () => ({ status: "pass", finding: { code: "connected" }, latencyMs: await ping() }), "warn")] : []),
      check("events", async () => {
        const lag = await relayLag(rt, rt.clock.now());
        return { status: lag.oldestSeconds > RELAY_LATE_SECONDS ? "warn" : "pass", finding: { code: "events_waiting", count: lag.waiting }, latencyMs: null };
      }),
      check("ledger", async () => {
        // What the accounts show now, and what the last check of the whole ledger found.
        const [now, last] = await Promise.all([checkLedger(rt), lastLedgerCheck(rt)]);
        const findings = [...new Set([...now, ...(last?.findings ?? [])])];
        return findings.length > 0 ? { status: "fail", finding: { code: "unbalanced", findings }, latencyMs: null } : { status: "pass", finding: { code: "balanced" }, latencyMs: null };
      }),
    ]),
    // Without the database nobody knows of these, and that is told above.
    withTimeout(checkHypervisors(rt), CHECK_TIMEOUT_MS).catch(() => []),
    withTimeout(checkProcesses(rt), CHECK_TIMEOUT_MS).catch(() => []),
  ]);
  const checks = [...own, ...[...hypervisors, ...others].map((one) => ({ ...one, latencyMs: null }))];
  const status = checks.some((one) => one.status === "fail") ? "fail" : checks.some((one) => one.status === "warn") ? "warn" : "pass";
  return { status, version: rt.version, uptimeSeconds: Math.round(process.uptime()), checks };
}

/** Nothing where no VMs are sold. */
async function checkHypervisors(rt: Runtime): Promise<Omit<Check, "latencyMs">[]> {
  const { hosts, unreachable } = await hostReach(rt);
  if (hosts === 0) return [];
  if (unreachable.length > 0) return [{ name: "hypervisor", status: "warn", finding: { code: "hosts_unreachable", names: unreachable } }];
  return [{ name: "hypervisor", status: "pass", finding: { code: "hosts", count: hosts } }];
}

/** @param worst what it is when it does not answer */
async function check(name: string, look: () => Promise<Omit<Check, "name">>, worst: "warn" | "fail" = "fail"): Promise<Check> {
  try {
    return { name, ...(await withTimeout(look(), CHECK_TIMEOUT_MS)) };
  } catch (error) {
    return { name, status: worst, finding: error instanceof TimeoutError ? { code: "no_answer", seconds: CHECK_TIMEOUT_MS / 1_000 } : { code: "unreachable" }, latencyMs: null };
  }
}
