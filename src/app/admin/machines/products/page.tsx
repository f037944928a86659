import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { Hydrate } from "#components/api/hydrate.tsx";
import { api, prefetch, trpc } from "#components/api/server.ts";
import { requireViewer } from "#components/api/viewer.ts";
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
  const { organization } = parameters;
  if (typeof organization !== "string") {
    // An administrator's own organization seldom sells anything; that of the newest machine does.
    const { data } = await (await api()).machines.admin.list({ page: 1, limit: 1 });
    const others = Object.entries(parameters).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []));
    if (data[0]) redirect(`/admin/machines/products?${new URLSearchParams([...others, ["organization", data[0].organizationId]]).toString()}`);
  }
  const organizationId = typeof organization === "string" ? organization : (await requireViewer()).organization.id;
  await prefetch(trpc.machines.admin.assortment.list.queryOptions({ ...listInputOf(parameters, PRODUCT_STATUSES), organizationId }));
  return (
    <Hydrate>
      <ProductList side="admin" />
    </Hydrate>
  );
}
