"use client";

import { useTranslations } from "next-intl";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { HoldList } from "./hold-list.tsx";
import { LedgerChecks } from "./ledger-checks.tsx";

/** Whether the books are right, and what is held out of all balances. */
export function LedgerPage() {
  const t = useTranslations("admin.books");
  return (
    <>
      <PageHeader title={t("title")} description={t("text")} />
      <Rows>
        <LedgerChecks />
        <HoldList />
      </Rows>
    </>
  );
}
