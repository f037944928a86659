import { expireHolds } from "#server/billing/holds.ts";
import { chargeDue } from "#server/billing/jobs.ts";
import { checkLedgerNightly } from "#server/billing/ledger-checks.ts";
import { rollRevenue } from "#server/billing/revenue/roll.ts";
import { issueStatements } from "#server/billing/statements/issue.ts";
import { runBackupSchedules } from "#server/compute/backups/schedule.ts";
import { SWEEP_MS, sweepBackups } from "#server/compute/backups/sweep.ts";
import { ROUND_MS } from "#server/compute/copy-schedule.ts";
import { startPayments } from "#server/billing/payments/payments-worker.ts";
import { sweepHosts } from "#server/compute/host-sweep.ts";
import { guardExpiry } from "#server/compute/expiry/guard.ts";
import { HOST_POLL_MS, pollHosts } from "#server/compute/hosts/host-poll.ts";
import { purgeVmLogs } from "#server/compute/logs/jobs.ts";
import { startMetricsCollector } from "#server/compute/metrics/collector.ts";
import { maintainMetrics } from "#server/compute/metrics/jobs.ts";
import { rollUpMetrics } from "#server/compute/metrics/rollup.ts";
import { startOperationWorker } from "#server/compute/operation-worker.ts";
import { runPriceRound } from "#server/compute/price-round.ts";
import { runSnapshotSchedules } from "#server/compute/snapshots/schedule.ts";
import { startComputeSubscribers } from "#server/compute/subscribers.ts";
import { purgeIdentity } from "#server/identity/jobs.ts";
import { startRelay } from "#server/infra/events.ts";
import { type Loop, startLoop } from "#server/infra/loop.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { sweepCommands } from "#server/machines/commands/command-sweep.ts";
import { archiveMachines } from "#server/machines/decommission/archive.ts";
import { startOrders } from "#server/machines/orders/orders-worker.ts";
import { startAlertRounds } from "#server/machines/alerts/rounds.ts";
import { ROUND_MS as ROLLOUT_ROUND_MS, runRollouts } from "#server/machines/firmware/rollout-round.ts";
import { maintainTelemetry } from "#server/machines/telemetry/partitions.ts";
import { rollUpTelemetry } from "#server/machines/telemetry/rollup.ts";
import { purgePlatform } from "#server/platform/jobs.ts";
import { startPlatformSubscribers } from "#server/platform/subscribers.ts";
import type { Part } from "./program.ts";

const MINUTE_MS = 60_000;
/** Rounds at a time of summing an old ledger up: a minute of work at most, so that stopping need not wait for longer. */
const REVENUE_ROUNDS = 20;
const COMMAND_SWEEP_MS = 2_000;
const ARCHIVE_MS = 5_000;
const TELEMETRY_MS = 15_000;

/** Operations, metering, the event relay, metrics and cleaning up. Every piece may run in many processes at once. */
export async function startWorkerRole(rt: Runtime): Promise<Part[]> {
  const every = (name: string, pauseMs: number, work: () => Promise<unknown>): Part => {
    const loop: Loop = startLoop({ name, pauseMs, log: rt.log }, async () => void (await work()));
    return { name, stop: () => loop.stop() };
  };
  const relay = startRelay(rt);
  const operations = startOperationWorker(rt, { concurrency: 4 });
  const subscribers = await startComputeSubscribers(rt);
  const payments = await startPayments(rt);
  const orders = startOrders(rt);
  const collector = startMetricsCollector(rt);
  const rollups = startLoop({ name: "vm-metric-rollups", pauseMs: MINUTE_MS / 2, log: rt.log }, () => rollUpMetrics(rt));
  const telemetry = startLoop({ name: "machine-rollups", pauseMs: TELEMETRY_MS, log: rt.log }, () => rollUpTelemetry(rt));
  const alerts = startAlertRounds(rt);
  const notifications = await startPlatformSubscribers(rt);
  return [
    { name: "event-relay", stop: () => relay.stop() },
    { name: "operations", stop: () => operations.stop() },
    { name: "compute-subscribers", stop: () => subscribers.stop() },
    { name: "alerts", stop: () => alerts.stop() },
    { name: "notifications", stop: () => notifications.stop() },
    { name: "vm-metrics", stop: () => collector.stop() },
    every("metering", MINUTE_MS, () => chargeDue(rt)),
    every("prices", MINUTE_MS, () => runPriceRound(rt)),
    every("credit-holds", MINUTE_MS, () => expireHolds(rt)),
    every("ledger-check", 10 * MINUTE_MS, () => checkLedgerNightly(rt)),
    every("revenue-sums", MINUTE_MS, () => rollRevenue(rt, REVENUE_ROUNDS)),
    every("statements", 10 * MINUTE_MS, () => issueStatements(rt)),
    { name: "payments", stop: () => payments.stop() },
    { name: "orders", stop: () => orders.stop() },
    every("expiry", MINUTE_MS, () => guardExpiry(rt)),
    every("snapshot-schedules", ROUND_MS, () => runSnapshotSchedules(rt)),
    every("backup-schedules", ROUND_MS, () => runBackupSchedules(rt)),
    every("backup-sweep", SWEEP_MS, () => sweepBackups(rt)),
    every("device-commands", COMMAND_SWEEP_MS, () => sweepCommands(rt)),
    every("machine-archives", ARCHIVE_MS, () => archiveMachines(rt)),
    every("host-poll", HOST_POLL_MS, () => pollHosts(rt)),
    every("host-sweep", MINUTE_MS, () => sweepHosts(rt)),
    every("rollouts", ROLLOUT_ROUND_MS, () => runRollouts(rt)),
    { name: "vm-metric-rollups", stop: () => rollups.stop() },
    every("vm-metric-partitions", 60 * MINUTE_MS, () => maintainMetrics(rt)),
    { name: "machine-rollups", stop: () => telemetry.stop() },
    every("machine-partitions", 60 * MINUTE_MS, () => maintainTelemetry(rt)),
    every("purge", 60 * MINUTE_MS, async () => {
      await purgeIdentity(rt);
      await purgeVmLogs(rt);
      await purgePlatform(rt);
    }),
  ];
}
