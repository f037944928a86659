import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { LedgerPage } from "#components/admin/billing/ledger-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin.books");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.billing.admin.checks.queryOptions(), trpc.platform.holds.queryOptions({ page: 1 }));
  return (
    <Hydrate>
      <LedgerPage />
    </Hydrate>
  );
}
