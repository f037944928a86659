import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { OPEN_ALERTS } from "#components/alerts/alert-input.ts";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { AdminOverview } from "#components/admin/admin-overview.tsx";
import { FAILED_OPERATIONS, OFFLINE_MACHINES, PAYMENTS_IN_TROUBLE } from "#components/admin/attention-input.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin.overview");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.platform.overview.queryOptions(), trpc.machines.admin.alerts.list.queryOptions(OPEN_ALERTS), trpc.machines.admin.list.queryOptions(OFFLINE_MACHINES), trpc.compute.admin.operations.queryOptions(FAILED_OPERATIONS), trpc.platform.topUps.queryOptions(PAYMENTS_IN_TROUBLE));
  return (
    <Hydrate>
      <AdminOverview />
    </Hydrate>
  );
}
