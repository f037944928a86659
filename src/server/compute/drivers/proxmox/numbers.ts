import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { ResourceRow } from "./answers.ts";
import { ProxmoxError } from "./errors.ts";
import { finish } from "./hardware.ts";
import { lookAt } from "./look.ts";
import type { Session } from "./session.ts";

/** The number that a VM is to have. @returns null: somebody has it; the next time it will be another */
export async function numberOf(session: Session, ref: string, rows: readonly ResourceRow[], call: CallOptions): Promise<number | null> {
  const vmid = await session.vmids.reserve(session.place.origin, ref, session.place.vmids).catch((error: unknown) => {
    throw new DriverError("unavailable", `no number for the VM: ${error instanceof Error ? error.message : "unknown"}`, error);
  });
  if (!rows.some((row) => row.vmid === vmid)) return vmid;
  await giveUpNumber(session, ref, vmid, call);
  return null;
}

/** Asks for a VM with a number, and waits for its task. @throws ProxmoxError exists, when somebody was quicker */
export async function take(session: Session, ref: string, vmid: number, ask: () => Promise<unknown>, call: CallOptions): Promise<void> {
  try {
    await finish(session, await ask(), call);
  } catch (error) {
    if (error instanceof ProxmoxError && error.reason === "exists") await giveUpNumber(session, ref, vmid, call);
    throw error;
  }
}

/** The number is taken. By an attempt of ours that has only just begun, it is ours; by anybody else, the next one will be. */
async function giveUpNumber(session: Session, ref: string, vmid: number, call: CallOptions): Promise<void> {
  if (!(await lookAt(session, ref, call))) await session.vmids.discard(session.place.origin, ref, vmid);
}
