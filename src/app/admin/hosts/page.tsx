import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { HostList } from "#components/admin/hosts/host-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";
import { HOST_STATUSES } from "#shared/compute/host-states.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("hosts.list");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  await prefetch(trpc.compute.hosts.list.queryOptions(listInputOf(await searchParams, HOST_STATUSES)), trpc.compute.hosts.findings.queryOptions({ view: "open", page: 1, limit: 20 }));
  return (
    <Hydrate>
      <HostList />
    </Hydrate>
  );
}
