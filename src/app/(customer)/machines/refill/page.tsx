import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { FleetRefill } from "#components/machines/refill/fleet-refill.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("stock.fleet");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.machines.stock.low.queryOptions({ page: 1, limit: 20 }));
  return (
    <Hydrate>
      <FleetRefill side="customer" />
    </Hydrate>
  );
}
