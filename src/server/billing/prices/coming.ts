import type { z } from "zod";
import type { comingPricesOutput } from "#shared/billing/prices.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { comingPrices } from "./coming-repository.ts";

/** Further ahead than that nobody is told. */
const MOMENTS = 12;
/** Resources that are named of a moment; the sums are over all. */
const NAMED = 20;

/** The prices to come that change what the organization pays for what is on now. */
export async function listComingPrices(rt: Runtime, actor: Pick<MemberActor, "organizationId">): Promise<z.output<typeof comingPricesOutput>> {
  const rows = await comingPrices(rt, actor.organizationId, rt.clock.now(), { moments: MOMENTS, limit: NAMED });
  return {
    data: [...Map.groupBy(rows, ({ at }) => at.getTime()).values()].flatMap((resources) => {
      const [first] = resources;
      if (!first) return [];
      return {
        at: first.at.toISOString(),
        before: first.allBefore.toString(),
        after: first.allAfter.toString(),
        count: first.resources,
        resources: resources.map(({ resourceType, resourceId, resourceName, before, after }) => ({ resourceType, resourceId, resourceName, before: before.toString(), after: after.toString() })),
      };
    }),
  };
}
