"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { formatCredits } from "#shared/credits.ts";
import { TopUpButton } from "./top-up/top-up-button.tsx";

/** Says that credits are used up, and when what runs is stopped; or that nothing new can be created any more. Nothing while there is enough. */
export function LowBalance() {
  const t = useTranslations("credits.low");
  const format = useFormatter();
  const now = useClock();
  const trpc = useTRPC();
  const { data } = useQuery(trpc.billing.balance.queryOptions());
  const { data: options } = useQuery(trpc.payments.options.queryOptions());
  const may = useViewer().organization.permissions.includes("credits:topup");
  if (!data) return null;
  const { available, lowThreshold, stopsAt } = data;
  const help = t(may && options?.provider ? "topUp" : "ask");
  if (stopsAt !== null) {
    const owed = formatCredits(data.owed);
    const over = Date.parse(stopsAt) <= now;
    const at = format.dateTime(new Date(stopsAt), { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return (
      <Notice tone="bad" title={t(over ? "stoppedTitle" : "exhaustedTitle", { at })} action={<TopUpButton size="xs" />}>
        {BigInt(data.owed) > 0n ? t(over ? "stoppedText" : "exhaustedText", { owed }) : t("startingText")} {help}
      </Notice>
    );
  }
  if (BigInt(available) >= BigInt(lowThreshold)) return null;
  return (
    <Notice tone="warn" title={t("title")} action={<TopUpButton size="xs" />}>
      {t("text", { threshold: formatCredits(lowThreshold) })} {help}
    </Notice>
  );
}
