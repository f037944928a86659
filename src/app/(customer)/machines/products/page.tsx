import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { ProductList } from "#components/machines/products/product-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";
import { PRODUCT_STATUSES } from "#shared/machines/products.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("products");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const parameters = await searchParams;
  await prefetch(trpc.machines.assortment.list.queryOptions(listInputOf(parameters, PRODUCT_STATUSES)));
  return (
    <Hydrate>
      <ProductList side="customer" />
    </Hydrate>
  );
}
