import type { z } from "zod";
import type { lotListInput, lotListOutput, lotOutput } from "#shared/billing/schema.ts";
import { pagination } from "#shared/schema.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { readLots } from "./lot-repository.ts";

/** The organization's credits by what brought them, in the order they are spent in: what is left of each, and until when. */
export async function listLots(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: z.output<typeof lotListInput>): Promise<z.output<typeof lotListOutput>> {
  const { lots, total } = await readLots(rt, actor.organizationId, { all: input.all, limit: input.limit, offset: (input.page - 1) * input.limit });
  return {
    data: lots.map(({ category, kind, ...lot }) => ({
      ...lot,
      // The database allows these alone.
      category: category as z.output<typeof lotOutput>["category"],
      kind: kind as z.output<typeof lotOutput>["kind"],
      amount: lot.amount.toString(),
      remaining: lot.remaining.toString(),
      expiresAt: lot.expiresAt?.toISOString() ?? null,
      createdAt: lot.createdAt.toISOString(),
    })),
    pagination: pagination(input, total),
  };
}
