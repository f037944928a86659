import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { DecommissionCheck, decommissionInput } from "#shared/machines/decommission.ts";
import type { Actor, Scope } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { cutOff } from "../credentials/revocation.ts";
import { sendDownlink } from "../downlinks/downlinks.ts";
import { recordProgress } from "../firmware/announce.ts";
import { leave } from "../firmware/machine-progress.ts";
import { lockProgress } from "../firmware/rollout-machines-repository.ts";
import { findMachine, lockMachine, updateMachine } from "../machines-repository.ts";
import { deletePendingDownlinks, openRollouts, readStanding, type Standing } from "./decommission-repository.ts";

/** What stands in the way of decommissioning a machine, and what ends with it. @throws AppError NOT_FOUND, INVALID_STATE when it is decommissioned already */
export async function checkDecommission(rt: Runtime, scope: Scope, id: string): Promise<DecommissionCheck> {
  const machine = await findMachine(rt.db.prisma, scope, id);
  if (!machine) throw notFound("machine");
  if (machine.status === "decommissioned") throw alreadyGone();
  const standing = await readStanding(rt.db.prisma, id);
  const { itemsLeft, openAlerts, openUpdates } = standing;
  return { name: machine.name, obstacles: obstaclesOf(standing), online: machine.status === "online", itemsLeft, openAlerts, openUpdates };
}

/**
 * Takes a machine out of service for good, all in one transaction: its device is locked out and told nothing any more, what the broker retains of it is cleared, it sells nothing and
 * is left out of rollouts. Its history stays to be seen, and is archived soon.
 * @throws AppError NOT_FOUND; INVALID_REQUEST when the name is not the machine's; INVALID_STATE when it is decommissioned already, or orders or a refill are open
 */
export async function decommission(rt: Runtime, scope: Scope, actor: Actor, input: z.output<typeof decommissionInput>): Promise<void> {
  await transact(rt, async (tx) => {
    const at = rt.clock.now();
    const machine = await lockMachine(tx, input.id);
    if (!machine || (scope !== "platform" && machine.organizationId !== scope.organizationId)) throw notFound("machine");
    const { id, organizationId } = machine;
    if (machine.status === "decommissioned") throw alreadyGone();
    if (input.confirm !== machine.name.trim()) throw new AppError("INVALID_REQUEST", "This is not the machine's name.", { details: [{ field: "confirm", message: "must be the machine's name" }] });
    const standing = await readStanding(tx, id);
    const [obstacle] = obstaclesOf(standing);
    if (obstacle) {
      const message = obstacle.kind === "orders" ? "Orders of this machine are open; they must end first." : "A refill of this machine is open; it must be finished or given up first.";
      throw new AppError("INVALID_STATE", message, { state: machine.status, reason: obstacle.kind });
    }
    await deletePendingDownlinks(tx, id);
    const credentials = await cutOff(tx, machine, "decommissioned", at);
    // After the farewell that cutOff sends: whoever listens hears it before nothing is retained any more.
    for (const part of ["status", "cfg"] as const) await sendDownlink(tx, { machineId: id, part, payload: null, retain: true, at });
    await leaveRollouts(tx, id, at);
    await updateMachine(tx, id, { status: "decommissioned", statusChangedAt: at, decommissionedAt: at, salesOpen: false, mqttSession: null, updatedAt: at });
    await publish(tx, { type: "machine.decommissioned", subject: id, organizationId, data: { machineId: id }, at });
    await recordAudit(tx, actor, {
      action: "machine.decommission",
      subjectType: "machine",
      subjectId: id,
      organizationId,
      before: { status: machine.status, credentials, itemsLeft: standing.itemsLeft, openAlerts: standing.openAlerts },
      after: { status: "decommissioned" },
      at,
    });
  });
  rt.signals.send("downlinks");
}

function obstaclesOf({ openOrders, openRefills }: Standing): DecommissionCheck["obstacles"] {
  return [
    { kind: "orders" as const, count: openOrders },
    { kind: "refill" as const, count: openRefills },
  ].filter((one) => one.count > 0);
}

function alreadyGone(): AppError {
  return new AppError("INVALID_STATE", "The machine is decommissioned already.", { state: "decommissioned" });
}

async function leaveRollouts(tx: Tx, machineId: string, at: Date): Promise<void> {
  const rows = await lockProgress(tx, (await openRollouts(tx, machineId)).map((rolloutId) => ({ rolloutId, machineId })));
  const left = rows.flatMap((row) => {
    const next = leave(row, at);
    return next ? [{ ...row, ...next }] : [];
  });
  if (left.length > 0) await recordProgress(tx, left, at);
}
