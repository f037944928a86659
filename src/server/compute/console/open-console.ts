import type { z } from "zod";
import type { consoleOutput } from "#shared/compute/console.ts";
import { CONSOLE_PATH } from "#shared/compute/console-protocol.ts";
import { AppError } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { randomToken, sha256 } from "#server/infra/crypto.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { driverOf } from "../drivers/registry.ts";
import { visible } from "../policy.ts";
import { vmOnHost } from "../repository.ts";
import { countTickets, deleteOldTickets, insertTicket } from "./ticket-repository.ts";

const TICKET_MS = 30_000;
const RATE_WINDOW_MS = 60_000;
const TICKETS_A_MINUTE = 20;
/** Longer than any console is open. */
const KEEP_MS = 24 * 3_600_000;
const PURGE_PORTION = 100;

/**
 * A way to the screen of a running VM, once and for half a minute, for the actor's session. Only its hash is kept.
 * @throws AppError NOT_FOUND, INVALID_STATE when the VM does not run or its hypervisor shows no screens, RATE_LIMITED
 */
export async function openConsole(rt: Runtime, actor: MemberActor, id: string): Promise<z.infer<typeof consoleOutput>> {
  const vm = visible(await vmOnHost(rt, id), actor, "VM");
  if (vm.status !== "running" || !vm.host) throw new AppError("INVALID_STATE", "Only a VM that runs has a screen.", { state: vm.status });
  if (!driverOf(rt, vm.host).supports.has("console")) throw new AppError("INVALID_STATE", "This VM's hypervisor shows no screens.", { state: vm.status });
  const at = rt.clock.now();
  const ticket = randomToken();
  const expiresAt = new Date(at.getTime() + TICKET_MS);
  await transact(rt, async (tx) => {
    const lately = await countTickets(tx, actor.userId, new Date(at.getTime() + TICKET_MS - RATE_WINDOW_MS));
    if (lately >= TICKETS_A_MINUTE) throw new AppError("RATE_LIMITED", undefined, { retryAfter: RATE_WINDOW_MS / 1_000, limit: TICKETS_A_MINUTE });
    await insertTicket(tx, { tokenHash: sha256(ticket), vmId: id, userId: actor.userId, organizationId: vm.organizationId, sessionId: actor.sessionId, expiresAt });
    await deleteOldTickets(tx, new Date(at.getTime() - KEEP_MS), PURGE_PORTION);
    await recordAudit(tx, actor, { action: "vm.console", subjectType: "vm", subjectId: id, organizationId: vm.organizationId, at });
  });
  const { publicUrl } = rt.config;
  return { url: `${publicUrl}/vms/${id}/console#${ticket}`, websocketUrl: `${publicUrl.replace(/^http/, "ws")}${CONSOLE_PATH}`, ticket, expiresAt: expiresAt.toISOString() };
}
