import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { CustomerList } from "#components/admin/customer-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin.customers");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  await prefetch(trpc.platform.customers.queryOptions(listInputOf(await searchParams, [])));
  return (
    <Hydrate>
      <CustomerList />
    </Hydrate>
  );
}
