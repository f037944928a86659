import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

const DRAFT = {
  id: true,
  organizationId: true,
  name: true,
  wizardStep: true,
  createdById: true,
  createdAt: true,
  updatedAt: true,
  _count: { select: { slots: true } },
} as const satisfies Prisma.MachineSelect;

type DraftRow = Prisma.MachineGetPayload<{ select: typeof DRAFT }>;

export async function findDrafts(rt: Runtime, { limit, offset }: { limit: number; offset: number }): Promise<{ rows: DraftRow[]; total: number }> {
  const where = { status: "draft" };
  const [rows, total] = await Promise.all([
    rt.db.prisma.machine.findMany({ where, select: DRAFT, orderBy: [{ updatedAt: "desc" }, { id: "desc" }], take: limit, skip: offset }),
    rt.db.prisma.machine.count({ where }),
  ]);
  return { rows, total };
}
