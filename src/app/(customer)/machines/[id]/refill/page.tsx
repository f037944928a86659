import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
import { RefillPage } from "#components/machines/refill/refill-page.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const t = await getTranslations("stock.refill");
  const machine = await fetchOrNotFound(trpc.machines.get.queryOptions({ id }));
  return { title: t("title", { name: machine.name }) };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await Promise.all([fetchOrNotFound(trpc.machines.get.queryOptions({ id })), prefetch(trpc.machines.refills.open.queryOptions({ id }))]);
  return (
    <Hydrate>
      <RefillPage side="customer" id={id} />
    </Hydrate>
  );
}
