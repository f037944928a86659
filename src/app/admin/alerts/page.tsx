import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { alertInputOf } from "#components/alerts/alert-input.ts";
import { AlertsPage } from "#components/alerts/alerts-page.tsx";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("alerts.page");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const parameters = await searchParams;
  await (parameters["tab"] === "rules" ? prefetch(trpc.machines.admin.alerts.rules.queryOptions()) : prefetch(trpc.machines.admin.alerts.list.queryOptions(alertInputOf(parameters))));
  return (
    <Hydrate>
      <AlertsPage side="admin" />
    </Hydrate>
  );
}
