import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { AdminVmList } from "#components/admin/vm-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";
import { VM_STATUSES } from "#shared/compute/states.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin.vms");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  await prefetch(trpc.platform.vms.queryOptions(listInputOf(await searchParams, VM_STATUSES)));
  return (
    <Hydrate>
      <AdminVmList />
    </Hydrate>
  );
}
