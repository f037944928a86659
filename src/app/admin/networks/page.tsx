import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { NetworksPage } from "#components/compute/networks/networks-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("catalog.network");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.compute.catalogAdmin.pools.list.queryOptions());
  return (
    <Hydrate>
      <NetworksPage />
    </Hydrate>
  );
}
