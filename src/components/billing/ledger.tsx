"use client";

import { IconReceipt } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { z } from "zod";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { CursorSection } from "#components/table/cursor-section.tsx";
import { PlainTable } from "#components/table/plain-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { transferOutput } from "#shared/billing/schema.ts";
import { formatCredits } from "#shared/credits.ts";
import { entryWords } from "./entry-words.ts";
import { LedgerDownload } from "./ledger-download.tsx";
import classes from "./ledger.module.css";
import { LEDGER_INPUT } from "./ledger-query.ts";

type Transfer = z.infer<typeof transferOutput>;

/** Every transfer with the balance after it, newest first; older ones at a press. */
export function Ledger() {
  const t = useTranslations("credits.ledger");
  const client = useTRPCClient();
  const query = useInfiniteQuery(useTRPC().billing.history.infiniteQueryOptions(LEDGER_INPUT, { getNextPageParam: (page) => page.nextCursor }));
  return (
    <CursorSection
      title={t("title")}
      description={t("text")}
      actions={<LedgerDownload load={(days) => client.documents.ledgerCsv.query(days)} />}
      query={query}
      empty={<EmptyState icon={<IconReceipt />} title={t("none")} compact />}
      more={t("more")}
    >
      {(transfers) => <Transfers transfers={transfers} />}
    </CursorSection>
  );
}

function Transfers({ transfers }: { transfers: readonly Transfer[] }) {
  const t = useTranslations("credits.ledger");
  return (
    <PlainTable className={classes.table} label={t("title")}>
      <thead>
        <tr>
          <th scope="col">{t("when")}</th>
          <th scope="col">{t("what")}</th>
          <th scope="col" className={classes.kind}>
            {t("kind")}
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
        {transfers.map((transfer) => (
          <tr key={transfer.id}>
            <td className={classes.when}>
              <RelativeTime at={transfer.createdAt} />
            </td>
            <td>
              <What transfer={transfer} />
            </td>
            <td className={classes.kind}>{t(`kinds.${transfer.kind}`)}</td>
            <td className={classes.number}>
              <Amount micro={transfer.amount} signed />
              <Parts transfer={transfer} />
            </td>
            <td className={classes.balance}>
              <Amount micro={transfer.balanceAfter} />
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** Four decimals: an hour of a small VM is a fraction of a hundredth. */
function Amount({ micro, signed = false }: { micro: string; signed?: boolean }) {
  const received = signed && BigInt(micro) > 0n;
  return (
    <span className={classes.amount} data-received={received || undefined}>
      {received && "+"}
      {formatCredits(micro, 4).replace("-", "−")}
    </span>
  );
}

/** Of an entry that moved both kinds: how much of each. */
function Parts({ transfer: { paid, promotional } }: { transfer: Transfer }) {
  const t = useTranslations("credits.ledger");
  if (BigInt(paid) === 0n || BigInt(promotional) === 0n) return null;
  const plain = (micro: string) => formatCredits(micro.replace("-", ""), 4);
  return <span className={classes.parts}>{t("parts", { paid: plain(paid), promotional: plain(promotional) })}</span>;
}

function What({ transfer }: { transfer: Transfer }) {
  const t = useTranslations("credits.ledger.entries");
  const words = entryWords(transfer);
  const text = words.key === "text" ? words.text : words.key === "welcome" ? t("welcome") : t(words.key === "compute" ? "compute" : "storage", { name: words.name });
  if (transfer.subjectType !== "vm" || transfer.subjectId === null) return <span className={classes.what}>{text}</span>;
  return (
    <Link href={`/vms/${transfer.subjectId}`} className={classes.what}>
      {text}
    </Link>
  );
}
