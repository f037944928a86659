"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { Notice } from "#components/ui/notice.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { formatCredits } from "#shared/credits.ts";
import { LATEST_STATEMENT } from "./statement-query.ts";
import { useSeenStatements } from "./use-seen-statements.ts";

const NEWS_MS = 10 * 86_400_000;

/** Says that the last month's statement is there, until it was read or put away, and for ten days at most. */
export function NewStatement() {
  const t = useTranslations("statements.issued");
  const format = useFormatter();
  const now = useClock();
  const [seen, see] = useSeenStatements();
  const { data } = useQuery(useTRPC().statements.list.queryOptions(LATEST_STATEMENT));
  const latest = data?.data[0];
  if (!latest || seen === undefined || latest.issuedAt <= seen || now - Date.parse(latest.issuedAt) > NEWS_MS) return null;
  const month = format.dateTime(new Date(latest.periodStart), { year: "numeric", month: "long", timeZone: "UTC" });
  return (
    <Notice tone="neutral" title={t("title", { month })} onClose={() => see(latest.issuedAt)}>
      {t("text", { number: latest.number, closing: formatCredits(latest.closing.amount) })} <TextLink href={`/billing/statements/${latest.id}`}>{t("read")}</TextLink>
    </Notice>
  );
}
