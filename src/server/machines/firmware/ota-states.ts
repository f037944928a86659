import type { UpMessage } from "#shared/machines/device.ts";
import type { Tx } from "#server/infra/events.ts";
import type { DeviceMessage } from "../device-messages.ts";
import { recordProgress } from "./announce.ts";
import { readJob } from "./job.ts";
import { takeReport } from "./machine-progress.ts";
import { lockProgress, type ProgressRow } from "./rollout-machines-repository.ts";

type Message = DeviceMessage & { at: Date };

/**
 * What devices say of their updates, in the transaction that stores it. One statement reads and one writes, whatever the number of messages; without any there is
 * none. Jobs that are not ours, or not the machine's, change nothing.
 */
export async function takeOtaStates(tx: Tx, messages: readonly Message[]): Promise<void> {
  const said = messages.flatMap((one) => {
    if (one.kind !== "ota/state") return [];
    const message = one.message as UpMessage<"ota/state">;
    const job = readJob(message.job);
    return job ? [{ machineId: one.machineId, message, job, at: one.at }] : [];
  });
  if (said.length === 0) return;
  const keys = new Map(said.map(({ machineId, job }) => [`${job.rolloutId} ${machineId}`, { rolloutId: job.rolloutId, machineId }]));
  const rows = new Map((await lockProgress(tx, [...keys.values()])).map((row) => [`${row.rolloutId} ${row.machineId}`, row]));
  const changed = new Map<string, ProgressRow>();
  for (const { machineId, message, job, at } of said) {
    const key = `${job.rolloutId} ${machineId}`;
    const row = changed.get(key) ?? rows.get(key);
    const { boot, seq } = message;
    // Stored late, after a later word of the same boot.
    if (!row || (row.ota?.boot === boot && row.ota.seq > seq)) continue;
    const next = takeReport(row, { round: job.round, state: message.state, percent: message.percent, error: message.error }, at);
    if (next) changed.set(key, { ...row, ...next, ota: { boot, seq } });
  }
  const last = said.at(-1);
  if (last && changed.size > 0) await recordProgress(tx, [...changed.values()], last.at);
}
