"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useEffect, useEffectEvent } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { Notice } from "#components/ui/notice.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { formatCredits } from "#shared/credits.ts";

/** Events bring the news at once; this is for when they don't reach us. */
const ASK_AGAIN_MS = 3_000;

/** How the payment that somebody comes back from stands, live. Which one, says the address. */
export function TopUpReturn() {
  const t = useTranslations("topups.back");
  const [id, setId] = useQueryState("topup", parseAsString);
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const query = useQuery({
    ...trpc.payments.get.queryOptions({ id: id ?? "" }),
    enabled: id !== null,
    retry: false,
    refetchInterval: ({ state }) => (state.data?.status === "created" ? ASK_AGAIN_MS : false),
  });
  const topUp = query.data;
  // It may have been decided while this page was on its way, before events could reach it: then what it shows is of before.
  const refresh = useEffectEvent(() => {
    void queryClient.invalidateQueries(trpc.payments.pathFilter());
    void queryClient.invalidateQueries(trpc.billing.pathFilter());
  });
  const decided = topUp !== undefined && topUp.status !== "created";
  useEffect(() => {
    if (decided) refresh();
  }, [decided]);
  if (id === null || !topUp) return null;
  const credits = formatCredits(topUp.credits, 0);
  const { status, receiptNumber, checkoutUrl } = topUp;
  const tone = status === "paid" ? "ok" : status === "created" ? "busy" : "bad";
  return (
    <Notice tone={tone} title={status === "created" ? t("created") : status === "paid" ? t("paid", { credits }) : t(`over.${status}`)} onClose={() => void setId(null)}>
      {status === "created" && t("createdText", { credits })}
      {status === "paid" && t("paidText", { number: receiptNumber ?? "" })}
      {status === "failed" && t("failedText")}
      {status === "expired" && t("expiredText")}
      {(status === "refunded" || status === "disputed") && t("takenBackText")} {status === "created" && checkoutUrl !== null && <a href={checkoutUrl}>{t("resume")}</a>}
      {receiptNumber !== null && <TextLink href={`/billing/receipts/${topUp.id}`}>{t("receipt")}</TextLink>}
    </Notice>
  );
}
