"use client";

import { Button } from "@mantine/core";
import { IconCreditCard } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { topUpOutput } from "#shared/billing/top-ups.ts";
import classes from "./top-up.module.css";
import { TopUpButton } from "./top-up-button.tsx";
import { TOP_UP_INPUT } from "./top-up-query.ts";
import { useMoney } from "./use-money.ts";

type TopUp = z.infer<typeof topUpOutput>;

/** Every payment with its state and its receipt, newest first; nothing where this installation never took one and takes none. */
export function TopUpList() {
  const t = useTranslations("topups.list");
  const trpc = useTRPC();
  const { data: options } = useQuery(trpc.payments.options.queryOptions());
  const query = useInfiniteQuery(trpc.payments.list.infiniteQueryOptions(TOP_UP_INPUT, { getNextPageParam: (page) => page.nextCursor }));
  const topUps = query.data?.pages.flatMap((page) => page.data);
  if (options?.provider === null && topUps?.length === 0) return null;
  return (
    <Section title={t("title")} description={t("text")} flush>
      {query.error && !topUps ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !topUps ? (
        <TableSkeleton rows={3} />
      ) : topUps.length === 0 ? (
        <EmptyState icon={<IconCreditCard />} title={t("none")} action={<TopUpButton variant="default" />} compact>
          {t("noneText")}
        </EmptyState>
      ) : (
        <table className={classes.table} aria-label={t("title")}>
          <thead>
            <tr>
              <th scope="col">{t("when")}</th>
              <th scope="col" className={classes.number}>
                {t("credits")}
              </th>
              <th scope="col" className={classes.number}>
                {t("paid")}
              </th>
              <th scope="col">{t("state")}</th>
              <th scope="col">{t("receipt")}</th>
            </tr>
          </thead>
          <tbody>
            {topUps.map((topUp) => (
              <Row key={topUp.id} topUp={topUp} />
            ))}
          </tbody>
        </table>
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

function Row({ topUp }: { topUp: TopUp }) {
  const t = useTranslations("topups.list");
  const money = useMoney();
  const { currency, amountMinor, refundedMinor, receiptNumber, checkoutUrl } = topUp;
  return (
    <tr>
      <td className={classes.when}>
        <RelativeTime at={topUp.createdAt} />
        {topUp.automatic && <span className={classes.tag}>{t("automatic")}</span>}
      </td>
      <td className={classes.number}>
        <Credits micro={topUp.credits} />
      </td>
      <td className={classes.number}>
        {money(amountMinor, currency)}
        {refundedMinor > 0 && <span className={classes.below}>{t("refunded", { amount: money(refundedMinor, currency) })}</span>}
      </td>
      <td>
        <StateChip status={topUp.status} reason={topUp.failure} />
      </td>
      <td>
        {receiptNumber !== null ? (
          <TextLink href={`/billing/receipts/${topUp.id}`}>{receiptNumber}</TextLink>
        ) : checkoutUrl !== null ? (
          <a className={classes.link} href={checkoutUrl}>
            {t("resume")}
          </a>
        ) : null}
      </td>
    </tr>
  );
}
