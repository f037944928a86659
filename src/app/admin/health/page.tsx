import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { HealthPage } from "#components/admin/health-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin.health");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.platform.health.queryOptions());
  return (
    <Hydrate>
      <HealthPage />
    </Hydrate>
  );
}
