"use client";

import { Button } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { LedgerDownload } from "#components/billing/ledger-download.tsx";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { CursorSection } from "#components/table/cursor-section.tsx";
import { PlainTable } from "#components/table/plain-table.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { formatCredits } from "#shared/credits.ts";
import classes from "./customer-ledger.module.css";
import { GiveBackDialog, givenBackAs } from "./give-back-dialog.tsx";
import { entriesInput } from "./queries.ts";
import type { CustomerDetail, LedgerEntry } from "./types.ts";

/** Every transfer of a customer with the lots that it moved, and what can be undone of it. */
export function CustomerLedger({ customer }: { customer: CustomerDetail }) {
  const t = useTranslations("admin.ledger");
  const mayMove = useViewer().me.permissions.includes("platform:credits:grant");
  const [chosen, setChosen] = useState<LedgerEntry | null>(null);
  const client = useTRPCClient();
  const { organizationId } = customer;
  const query = useInfiniteQuery(useTRPC().billing.admin.ledger.infiniteQueryOptions(entriesInput(organizationId), { getNextPageParam: (page) => page.nextCursor }));
  return (
    <>
      <CursorSection
        title={t("title")}
        description={t("text")}
        actions={<LedgerDownload load={(days) => client.documents.customerLedgerCsv.query({ ...days, organizationId })} />}
        query={query}
        empty={<EmptyState icon={<IconReceipt />} title={t("none")} compact />}
        more={t("more")}
      >
        {(entries) => <Entries entries={entries} onUndo={mayMove ? setChosen : null} />}
      </CursorSection>
      <GiveBackDialog customer={customer} entry={chosen} onClose={() => setChosen(null)} />
    </>
  );
}

function Entries({ entries, onUndo }: { entries: readonly LedgerEntry[]; onUndo: ((entry: LedgerEntry) => void) | null }) {
  const t = useTranslations("admin.ledger");
  const kinds = useTranslations("credits.ledger.kinds");
  const verbs = useTranslations("admin.giveBack");
  return (
    <PlainTable className={classes.table} label={t("title")}>
      <thead>
        <tr>
          <th scope="col">{t("when")}</th>
          <th scope="col">{t("what")}</th>
          <th scope="col" className={classes.wide}>
            {t("lots")}
          </th>
          <th scope="col" className={classes.number}>
            {t("amount")}
          </th>
          <th scope="col" className={classes.balance}>
            {t("balance")}
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => {
          const as = givenBackAs(entry);
          return (
            <tr key={entry.id}>
              <td className={classes.when}>
                <RelativeTime at={entry.createdAt} />
              </td>
              <td>
                <span className={classes.what}>{entry.description || kinds(entry.kind)}</span>
                <span className={classes.below}>
                  {kinds(entry.kind)}
                  <span className={classes.id}>
                    {" · "}
                    <CopyText value={entry.id} label={t("id")} />
                  </span>
                </span>
                {entry.reversed !== "0" && <span className={classes.below}>{t("reversed", { amount: formatCredits(entry.reversed, 4) })}</span>}
              </td>
              <td className={classes.wide}>
                <MovedLots entry={entry} />
              </td>
              <td className={classes.number}>
                {entry.amount.startsWith("-") ? "" : "+"}
                {formatCredits(entry.amount, 4).replace("-", "−")}
                {onUndo && as && (
                  <Button className={classes.undo ?? ""} variant="default" size="compact-xs" aria-label={t("undoNamed", { verb: verbs(`${as}.verb`), what: entry.description })} onClick={() => onUndo(entry)}>
                    {verbs(`${as}.verb`)}
                  </Button>
                )}
              </td>
              <td className={classes.balance}>{formatCredits(entry.balanceAfter, 4)}</td>
            </tr>
          );
        })}
      </tbody>
    </PlainTable>
  );
}

/** Lots shown of one entry; a charge seldom takes from more than two. */
const SHOWN = 3;

function MovedLots({ entry }: { entry: LedgerEntry }) {
  const t = useTranslations("admin.ledger");
  const category = useTranslations("credits.lots.category");
  const format = useFormatter();
  return (
    <>
      {entry.lots.slice(0, SHOWN).map((lot) => (
        <span key={lot.lotId} className={classes.lot} title={lot.lotId}>
          {lot.amount.startsWith("-") ? "" : "+"}
          {formatCredits(lot.amount, 4).replace("-", "−")} {category(lot.category)}
          {lot.expiresAt !== null && `, ${t("until", { day: format.dateTime(new Date(lot.expiresAt), { dateStyle: "medium" }) })}`}
        </span>
      ))}
      {entry.lots.length > SHOWN && <span className={classes.lot}>{t("moreLots", { count: entry.lots.length - SHOWN })}</span>}
    </>
  );
}
