import type { Runtime } from "#server/infra/runtime.ts";

/** The MQTT broker as a bridge has it. */
export type BrokerState = "embedded" | "connected" | "away";

export interface ProcessRow {
  id: string;
  roles: string[];
  broker: string | null;
  startedAt: Date;
  seenAt: Date;
}

export async function saveProcess(rt: Runtime, row: ProcessRow): Promise<void> {
  const { id, roles, broker, seenAt } = row;
  await rt.db.prisma.programProcess.upsert({ where: { id }, create: row, update: { roles, broker, seenAt } });
}

export async function deleteProcess(rt: Runtime, id: string): Promise<void> {
  await rt.db.prisma.programProcess.deleteMany({ where: { id } });
}

export async function deleteProcessesSeenBefore(rt: Runtime, at: Date): Promise<void> {
  await rt.db.prisma.programProcess.deleteMany({ where: { seenAt: { lt: at } } });
}

export async function findProcesses(rt: Runtime): Promise<ProcessRow[]> {
  return rt.db.prisma.programProcess.findMany({ orderBy: { startedAt: "asc" } });
}
