import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, trpc } from "#components/api/server.ts";
import { ConsoleWindow } from "#components/compute/console/console-window.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const [t, vm] = await Promise.all([getTranslations("console"), fetchOrNotFound(trpc.compute.vms.get.queryOptions({ id }))]);
  return { title: t("pageTitle", { name: vm.name }) };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await fetchOrNotFound(trpc.compute.vms.get.queryOptions({ id }));
  return (
    <Hydrate>
      <ConsoleWindow id={id} />
    </Hydrate>
  );
}
