import type { Tx } from "#server/infra/events.ts";
import type { ConsoleTicket } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export async function insertTicket(tx: Tx, ticket: Omit<ConsoleTicket, "usedAt" | "liveUntil">): Promise<void> {
  await tx.consoleTicket.create({ data: ticket, select: { tokenHash: true } });
}

/** Those of the user that expire after `after`: given in the time before that is a ticket's life longer. */
export function countTickets(tx: Tx, userId: string, after: Date): Promise<number> {
  return tx.consoleTicket.count({ where: { userId, expiresAt: { gt: after } } });
}

/** Compare and set: of any number of callers with one ticket exactly one gets it, the others null. */
export async function useTicket(tx: Tx, tokenHash: string, at: Date, liveUntil: Date): Promise<ConsoleTicket | null> {
  const { count } = await tx.consoleTicket.updateMany({ where: { tokenHash, usedAt: null, expiresAt: { gt: at } }, data: { usedAt: at, liveUntil } });
  return count === 1 ? tx.consoleTicket.findUnique({ where: { tokenHash } }) : null;
}

/** Until the end of the transaction nobody else counts the consoles of this VM or this user. */
export async function lockConsoles(tx: Tx, vmId: string, userId: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`console ${vmId}`}, 0)), pg_advisory_xact_lock(hashtextextended(${`console ${userId}`}, 0))`;
}

/** Consoles that somebody looks at, of the VM or of the user, the oldest first. */
export function liveConsoles(tx: Tx, { vmId, userId, at }: { vmId: string; userId: string; at: Date }): Promise<ConsoleTicket[]> {
  return tx.consoleTicket.findMany({ where: { liveUntil: { gt: at }, OR: [{ vmId }, { userId }] }, orderBy: [{ usedAt: "asc" }, { tokenHash: "asc" }] });
}

/** @returns false when somebody has ended it meanwhile */
export async function extendConsole(rt: Runtime, tokenHash: string, liveUntil: Date): Promise<boolean> {
  const { count } = await rt.db.prisma.consoleTicket.updateMany({ where: { tokenHash, liveUntil: { not: null } }, data: { liveUntil } });
  return count === 1;
}

export async function endConsole(tx: Tx | Runtime["db"]["prisma"], tokenHash: string): Promise<void> {
  await tx.consoleTicket.updateMany({ where: { tokenHash }, data: { liveUntil: null } });
}

/** Deletes some of those that expired before. */
export async function deleteOldTickets(tx: Tx, before: Date, portion: number): Promise<void> {
  await tx.$executeRaw`delete from console_ticket where token_hash in (select token_hash from console_ticket where expires_at < ${before} limit ${portion})`;
}
