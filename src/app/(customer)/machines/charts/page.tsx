import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { FleetCharts } from "#components/machines/fleet/fleet-charts.tsx";
import { rangeOf, type SearchParams } from "#components/machines/fleet/search-params.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("fleet.charts");
  return { title: t("title") };
}

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await prefetch(trpc.machines.fleetTelemetry.queryOptions({ range: rangeOf(await searchParams) }));
  return (
    <Hydrate>
      <FleetCharts side="customer" />
    </Hydrate>
  );
}
