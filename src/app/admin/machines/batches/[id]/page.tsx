import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
import { BatchPage } from "#components/machines/batches/batch-page.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const t = await getTranslations("batches.batch");
  const batch = await fetchOrNotFound(trpc.machines.admin.batches.get.queryOptions({ id: (await params).id }));
  return { title: batch.fileName || t("pasted") };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await fetchOrNotFound(trpc.machines.admin.batches.get.queryOptions({ id }));
  await prefetch(trpc.machines.admin.batches.machines.queryOptions({ id, page: 1, limit: 50 }));
  return (
    <Hydrate>
      <BatchPage id={id} />
    </Hydrate>
  );
}
