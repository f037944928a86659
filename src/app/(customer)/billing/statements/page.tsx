import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { StatementList } from "#components/billing/statements/statement-list.tsx";
import { STATEMENTS_LIMIT } from "#components/billing/statements/statement-query.ts";
import { PageHeader } from "#components/ui/page-header.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("statements");
  return { title: t("title") };
}

export default async function Page() {
  const t = await getTranslations("statements");
  await prefetch(trpc.statements.list.queryOptions({ page: 1, limit: STATEMENTS_LIMIT }));
  return (
    <Hydrate>
      <PageHeader title={t("title")} description={t("description")} back={{ href: "/billing", label: t("toBilling") }} />
      <StatementList />
    </Hydrate>
  );
}
