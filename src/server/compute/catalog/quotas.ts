import type { z } from "zod";
import type { quotaAdminOutput, quotaListOutput, quotaSetInput } from "#shared/compute/catalog.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { listQuotaRows, quotaOf, upsertQuota } from "./quota-repository.ts";

/** Each tier's limits, smallest first. */
export async function listQuotas(rt: Runtime): Promise<z.infer<typeof quotaListOutput>> {
  return { data: await listQuotaRows(rt) };
}

/** Sets a tier's limits. Who has more already keeps it, and gets nothing new until it fits. */
export async function setQuota(rt: Runtime, actor: UserActor, input: z.infer<typeof quotaSetInput>): Promise<z.infer<typeof quotaAdminOutput>> {
  return transact(rt, async (tx) => {
    const before = await quotaOf(tx, input.tier);
    const after = await upsertQuota(tx, input);
    await recordAudit(tx, actor, { action: "quota.set", subjectType: "quota", subjectId: input.tier, organizationId: null, ...(before ? { before: { ...before } } : {}), after: { ...after }, at: rt.clock.now() });
    return after;
  });
}
