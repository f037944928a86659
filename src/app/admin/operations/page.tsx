import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { AdminOperationList } from "#components/admin/operation-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";
import { OPERATION_STATUSES } from "#shared/compute/states.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin.operations");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  await prefetch(trpc.compute.admin.operations.queryOptions(listInputOf(await searchParams, OPERATION_STATUSES)));
  return (
    <Hydrate>
      <AdminOperationList />
    </Hydrate>
  );
}
