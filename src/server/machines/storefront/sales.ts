import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { salesOutput } from "#shared/machines/sales.ts";
import type { Actor, Scope } from "#server/identity/actor.ts";
import { publish } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { qrSvg } from "../claim-qr.ts";
import { findMachine, lockMachine, updateMachine } from "../machines-repository.ts";

type Sales = z.output<typeof salesOutput>;

/** Where the machine is sold from, and whether it is. @throws AppError NOT_FOUND */
export async function getSales(rt: Runtime, scope: Scope, id: string): Promise<Sales> {
  const machine = await findMachine(rt.db.prisma, scope, id);
  if (!machine) throw notFound("machine");
  const url = `${rt.config.publicUrl}/m/${machine.slug}`;
  return { url, qrSvg: await qrSvg(url, { correction: "Q" }), open: machine.salesOpen };
}

/**
 * Opens or closes a machine's storefront. Orders that are paid go on; one that is not paid yet may still be.
 * @throws AppError NOT_FOUND, INVALID_STATE when the machine is decommissioned
 */
export async function setSales(rt: Runtime, actor: Actor, scope: Scope, input: { id: string; open: boolean }): Promise<Sales> {
  const { id, open } = input;
  await transact(rt, async (tx) => {
    const at = rt.clock.now();
    const machine = (await lockMachine(tx, id)) && (await findMachine(tx, scope, id));
    if (!machine) throw notFound("machine");
    if (machine.status === "decommissioned") throw new AppError("INVALID_STATE", "The machine is decommissioned.", { state: machine.status });
    if (machine.salesOpen === open) return;
    await updateMachine(tx, id, { salesOpen: open, updatedAt: at });
    await publish(tx, { type: "machine.updated", subject: id, organizationId: machine.organizationId, data: { machineId: id }, at });
    await recordAudit(tx, actor, { action: open ? "machine.sales.open" : "machine.sales.close", subjectType: "machine", subjectId: id, organizationId: machine.organizationId, before: { open: !open }, after: { open }, at });
  });
  return getSales(rt, scope, id);
}
