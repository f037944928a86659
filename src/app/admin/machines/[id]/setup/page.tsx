import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
import { Wizard } from "#components/machines/onboarding/wizard.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const t = await getTranslations("machines.wizard");
  const machine = await fetchOrNotFound(trpc.machines.admin.get.queryOptions({ id: (await params).id }));
  return { title: t("setUp", { name: machine.name }) };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  const machine = await fetchOrNotFound(trpc.machines.admin.get.queryOptions({ id }));
  await prefetch(trpc.machines.admin.templates.queryOptions(), trpc.machines.admin.products.queryOptions({ organizationId: machine.organizationId }));
  return (
    <Hydrate>
      <Wizard id={id} />
    </Hydrate>
  );
}
