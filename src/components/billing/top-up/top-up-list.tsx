"use client";

import { IconCreditCard } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { CursorSection } from "#components/table/cursor-section.tsx";
import { PlainTable } from "#components/table/plain-table.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
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
  if (options?.provider === null && query.data?.pages[0]?.data.length === 0) return null;
  const empty = (
    <EmptyState icon={<IconCreditCard />} title={t("none")} action={<TopUpButton variant="default" />} compact>
      {t("noneText")}
    </EmptyState>
  );
  return (
    <CursorSection title={t("title")} description={t("text")} query={query} empty={empty} more={t("more")} skeletonRows={3}>
      {(topUps) => (
        <PlainTable className={classes.table} label={t("title")}>
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
        </PlainTable>
      )}
    </CursorSection>
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
