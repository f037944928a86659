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
  const params = await searchParams;
  const organization = params["organization"];
  await prefetch(trpc.machines.admin.fleetTelemetry.queryOptions({ range: rangeOf(params), organizationId: typeof organization === "string" ? organization : null }));
  return (
    <Hydrate>
      <FleetCharts side="admin" />
    </Hydrate>
  );
}
