import type { UpMessage } from "#shared/machines/device.ts";
import type { Tx } from "#server/infra/events.ts";
import { upsertDiagnostics } from "./diagnostics-repository.ts";

/** A stored message of a device; only those of the kind "diag" matter here. */
interface Message {
  machineId: string;
  kind: string;
  message: unknown;
  at: Date;
}

/** What devices of a batch say of themselves, in one statement: the last word of each is kept beside its readings. */
export async function takeDiagnostics(tx: Tx, messages: readonly Message[]): Promise<void> {
  const last = new Map<string, { machine_id: string; diag: object; boot: string; at: string; seq: number }>();
  for (const { machineId, kind, message, at } of messages) {
    if (kind !== "diag") continue;
    const { data, boot, seq } = message as UpMessage<"diag">;
    const before = last.get(machineId);
    if (before?.boot === boot && before.seq > seq) continue;
    last.set(machineId, { machine_id: machineId, diag: data, boot, seq, at: at.toISOString() });
  }
  if (last.size > 0) await upsertDiagnostics(tx, [...last.values()]);
}
