import { CONSOLE_CLOSE, type ConsoleEnd } from "#shared/compute/console-protocol.ts";
import { organizationPermissions } from "#shared/permissions.ts";
import { sessionActor } from "#server/identity/session-actor.ts";
import { sha256 } from "#server/infra/crypto.ts";
import type { ConsoleTicket } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { vmOnHost } from "../repository.ts";
import type { PlacedVm } from "../vm-host.ts";
import { endConsole, liveConsoles, lockConsoles, useTicket } from "./ticket-repository.ts";

const PER_VM = 2;
const PER_USER = 5;

/** A console ends, or does not begin. The message is the close's reason: at most 123 bytes, for people. */
export class ConsoleEnded extends Error {
  readonly end: ConsoleEnd;

  constructor(end: ConsoleEnd, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ConsoleEnded";
    this.end = end;
  }

  get code(): number {
    return CONSOLE_CLOSE[this.end];
  }
}

export interface Admission {
  ticket: ConsoleTicket;
  vm: PlacedVm;
  /** consoles of the same person that make room for this one, by the hashes of their tickets */
  replaced: string[];
}

/**
 * Takes a ticket, once, and checks everything that a console needs. `cookieSession`: the session that the browser's own cookie says.
 * @throws ConsoleEnded
 */
export async function admit(rt: Runtime, token: string, cookieSession: () => Promise<string | null>, liveMs: number): Promise<Admission> {
  const at = rt.clock.now();
  const { ticket, replaced } = await transact(rt, async (tx) => {
    const found = await useTicket(tx, sha256(token), at, new Date(at.getTime() + liveMs));
    return { ticket: found, replaced: found ? await makeRoom(tx, found, at) : [] };
  });
  if (!ticket) throw new ConsoleEnded("ticket", "This way to the console was used already, or is too old.");
  // null: refused, and nobody looks by this ticket.
  if (replaced === null) throw new ConsoleEnded("limit", "Others look at this console already.");
  try {
    const vm = await checkConsole(rt, ticket);
    const kind = (await sessionActor(rt, ticket.sessionId))?.kind;
    if (kind === "browser" && (await cookieSession()) !== ticket.sessionId) throw new ConsoleEnded("forbidden", "This console was opened in another browser.");
    return { ticket, vm, replaced };
  } catch (error) {
    await endConsole(rt.db.prisma, ticket.tokenHash);
    throw error;
  }
}

/** Ends the oldest consoles of the same person where there are too many. @returns null when those are not theirs to end, and then this one is ended */
async function makeRoom(tx: Parameters<Parameters<typeof transact>[1]>[0], ticket: ConsoleTicket, at: Date): Promise<string[] | null> {
  await lockConsoles(tx, ticket.vmId, ticket.userId);
  const others = (await liveConsoles(tx, { ...ticket, at })).filter(({ tokenHash }) => tokenHash !== ticket.tokenHash);
  const own = others.filter(({ userId }) => userId === ticket.userId);
  const here = others.filter(({ vmId }) => vmId === ticket.vmId);
  const replaced = new Set<string>();
  if (here.length >= PER_VM) {
    const oldest = here.find(({ userId }) => userId === ticket.userId);
    if (!oldest) {
      await endConsole(tx, ticket.tokenHash);
      return null;
    }
    replaced.add(oldest.tokenHash);
  }
  for (const each of own) if (own.length - replaced.size >= PER_USER) replaced.add(each.tokenHash);
  for (const tokenHash of replaced) await endConsole(tx, tokenHash);
  return [...replaced];
}

/** What a VM may be doing while somebody looks at its screen; the screen itself ends with its power. */
const SHOWN = new Set(["running", "suspended", "stopping", "restarting", "updating", "migrating"]);

/** Whether the ticket's owner may look at the VM now. @throws ConsoleEnded */
export async function checkConsole(rt: Runtime, ticket: ConsoleTicket): Promise<PlacedVm> {
  const session = await sessionActor(rt, ticket.sessionId);
  if (!session || session.actor.userId !== ticket.userId) throw new ConsoleEnded("session", "You are no longer signed in.");
  const membership = session.actor.memberships.find(({ organizationId }) => organizationId === ticket.organizationId);
  if (!membership || !organizationPermissions(membership.role).includes("vm:console")) throw new ConsoleEnded("forbidden", "You are not allowed to use this console.");
  const vm = await vmOnHost(rt, ticket.vmId);
  if (!vm || vm.organizationId !== ticket.organizationId) throw new ConsoleEnded("forbidden", "There is no such VM.");
  if (!SHOWN.has(vm.status) || !vm.host || vm.hypervisorRef === null) throw new ConsoleEnded("stopped", "The VM does not run.");
  return { ...vm, host: vm.host, hypervisorRef: vm.hypervisorRef };
}
