"use client";

import { Button } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import type { transferOutput } from "#shared/billing/schema.ts";
import { formatCredits } from "#shared/credits.ts";
import { entryWords } from "./entry-words.ts";
import classes from "./ledger.module.css";
import { LEDGER_INPUT } from "./ledger-query.ts";

type Transfer = z.infer<typeof transferOutput>;

/** Every transfer with the balance after it, newest first; older ones at a press. A plain table: it grows, and has none of what a list's table library is for. */
export function Ledger() {
  const t = useTranslations("credits.ledger");
  const query = useInfiniteQuery(useTRPC().billing.history.infiniteQueryOptions(LEDGER_INPUT, { getNextPageParam: (page) => page.nextCursor }));
  const transfers = query.data?.pages.flatMap((page) => page.data);
  return (
    <Section title={t("title")} description={t("text")} flush>
      {query.error && !transfers ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !transfers ? (
        <TableSkeleton />
      ) : transfers.length === 0 ? (
        <EmptyState icon={<IconReceipt />} title={t("none")} compact />
      ) : (
        <Transfers transfers={transfers} />
      )}
      {query.hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </Section>
  );
}

function Transfers({ transfers }: { transfers: readonly Transfer[] }) {
  const t = useTranslations("credits.ledger");
  return (
    <table className={classes.table} aria-label={t("title")}>
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
    </table>
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
