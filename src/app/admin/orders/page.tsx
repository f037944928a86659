import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { AdminOrderList } from "#components/orders/order-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";
import { ORDER_STATUSES } from "#shared/machines/states.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("orders");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  await prefetch(trpc.machines.admin.orders.list.queryOptions(listInputOf(await searchParams, ORDER_STATUSES)));
  return (
    <Hydrate>
      <AdminOrderList />
    </Hydrate>
  );
}
