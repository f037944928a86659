import type { Tx } from "#server/infra/events.ts";
import type { BrokerAuthority } from "#server/infra/prisma/client.ts";

const ID = "broker";

export async function findAuthority(tx: Tx): Promise<BrokerAuthority | null> {
  return tx.brokerAuthority.findUnique({ where: { id: ID } });
}

/** Keeps the first that was made. */
export async function insertAuthority(tx: Tx, authority: Omit<BrokerAuthority, "id">): Promise<void> {
  await tx.brokerAuthority.createMany({ data: [{ id: ID, ...authority }], skipDuplicates: true });
}
