"use client";

import { Button } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { transferOutput } from "#shared/billing/schema.ts";
import { formatCredits } from "#shared/credits.ts";
import { entryWords } from "./entry-words.ts";
import classes from "./ledger.module.css";
import { LEDGER_INPUT } from "./ledger-query.ts";

type Transfer = z.infer<typeof transferOutput>;

/** Every transfer with the balance after it, newest first; older ones at a press. */
export function Ledger() {
  const t = useTranslations("credits.ledger");
  const query = useInfiniteQuery(useTRPC().billing.history.infiniteQueryOptions(LEDGER_INPUT, { getNextPageParam: (page) => page.nextCursor }));
  const columns: Column<Transfer>[] = [
    { key: "when", title: t("when"), width: 92, render: (transfer) => <RelativeTime at={transfer.createdAt} /> },
    { key: "what", title: t("what"), render: (transfer) => <What transfer={transfer} /> },
    { key: "kind", title: t("kind"), width: 130, from: "md", render: (transfer) => t(`kinds.${transfer.kind}`) },
    { key: "amount", title: t("amount"), align: "right", width: 104, render: (transfer) => <Amount micro={transfer.amount} signed /> },
    { key: "balance", title: t("balance"), align: "right", width: 120, from: "sm", render: (transfer) => <Amount micro={transfer.balanceAfter} /> },
  ];
  return (
    <Section title={t("title")} description={t("text")} flush>
      <DataTable
        label={t("title")}
        rows={query.data?.pages.flatMap((page) => page.data)}
        columns={columns}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={<EmptyState icon={<IconReceipt />} title={t("none")} compact />}
      />
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
