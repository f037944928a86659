import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { AddMany } from "#components/machines/batches/add-many.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("batches");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.platform.customers.queryOptions({ limit: 100 }), trpc.machines.admin.templates.queryOptions(), trpc.machines.admin.batches.list.queryOptions({ page: 1, limit: 10 }));
  return (
    <Hydrate>
      <AddMany />
    </Hydrate>
  );
}
