import type { UpMessage } from "#shared/machines/device.ts";
import { publishAll, type Tx } from "#server/infra/events.ts";
import { type ReportRow, writeReports } from "./configuration-repository.ts";

/** A stored message of a device; only those of the kind "cfg/rep" matter here. */
interface Message {
  machineId: string;
  kind: string;
  message: unknown;
  at: Date;
}

/** What devices of a whole batch say that they have of their configuration, in one statement; a version that is new is announced. */
export async function takeConfigReports(tx: Tx, messages: readonly Message[]): Promise<void> {
  const rows = new Map<string, ReportRow & { time: Date }>();
  for (const { machineId, kind, message, at } of messages) {
    if (kind !== "cfg/rep") continue;
    const { v: _v, boot, seq, ts: _ts, version, ...config } = message as UpMessage<"cfg/rep">;
    const before = rows.get(machineId);
    if (before?.boot === boot && before.seq > seq) continue;
    rows.set(machineId, { machine_id: machineId, boot, seq, version, config, at: at.toISOString(), time: at });
  }
  if (rows.size === 0) return;
  const written = await writeReports(tx, [...rows.values()].map(({ time: _time, ...row }) => row));
  await publishAll(
    tx,
    written
      .filter((one) => one.before !== one.version)
      .map(({ machineId, organizationId, version }) => ({
        type: "machine.config.reported" as const,
        subject: machineId,
        organizationId,
        data: { machineId, version },
        at: rows.get(machineId)?.time ?? new Date(0),
      })),
  );
}
