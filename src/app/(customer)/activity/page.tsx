import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { OperationDrawer } from "#components/compute/operations/operation-drawer.tsx";
import { OperationTable } from "#components/compute/operations/operation-table.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { OPERATION_STATUSES } from "#shared/compute/states.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("vm.activityPage");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const [t, { page, state }] = await Promise.all([getTranslations("vm.activityPage"), searchParams]);
  const status = OPERATION_STATUSES.find((each) => each === state);
  await prefetch(trpc.compute.operations.list.queryOptions({ page: Math.max(1, Number.parseInt(typeof page === "string" ? page : "1", 10) || 1), ...(status ? { status } : {}) }));
  return (
    <Hydrate>
      <PageHeader title={t("title")} description={t("description")} />
      <OperationTable />
      <OperationDrawer />
    </Hydrate>
  );
}
