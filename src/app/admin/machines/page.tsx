import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { MachineList } from "#components/machines/machine-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";
import { MACHINE_STATUSES } from "#shared/machines/states.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("machines.list");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  await prefetch(trpc.machines.admin.list.queryOptions(listInputOf(await searchParams, MACHINE_STATUSES)), trpc.machines.admin.drafts.queryOptions({ limit: 1 }));
  return (
    <Hydrate>
      <MachineList side="admin" />
    </Hydrate>
  );
}
