import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { CatalogPage } from "#components/compute/catalog/catalog-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("catalog");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.compute.catalogAdmin.plans.list.queryOptions(), trpc.compute.catalogAdmin.places.queryOptions());
  return (
    <Hydrate>
      <CatalogPage />
    </Hydrate>
  );
}
