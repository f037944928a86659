import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
import { StartWizard } from "#components/machines/onboarding/start-wizard.tsx";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("machines.wizard");
  return { title: t("new") };
}

export default async function Page({ searchParams }: PageProps) {
  const { from } = await searchParams;
  const original = typeof from === "string" ? await fetchOrNotFound(trpc.machines.admin.get.queryOptions({ id: from })) : null;
  await prefetch(trpc.platform.customers.queryOptions({ limit: 100 }));
  return (
    <Hydrate>
      <StartWizard original={original && { id: original.id, name: original.name, organizationId: original.organizationId, organizationName: original.organizationName }} />
    </Hydrate>
  );
}
