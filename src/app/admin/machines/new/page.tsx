import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { StartWizard } from "#components/machines/onboarding/start-wizard.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("machines.wizard");
  return { title: t("new") };
}

export default async function Page() {
  await prefetch(trpc.platform.customers.queryOptions({ limit: 100 }));
  return (
    <Hydrate>
      <StartWizard />
    </Hydrate>
  );
}
