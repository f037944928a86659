import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { NewHost } from "#components/admin/hosts/new-host.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("hosts.new");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.compute.catalogAdmin.regions.list.queryOptions());
  return (
    <Hydrate>
      <NewHost />
    </Hydrate>
  );
}
