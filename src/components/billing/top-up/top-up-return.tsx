"use client";

import { CloseButton, Loader } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useEffect, useEffectEvent } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { TextLink } from "#components/ui/text-link.tsx";
import { formatCredits } from "#shared/credits.ts";
import classes from "./top-up.module.css";

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
    <div className={classes.back} data-tone={tone} role="status">
      {tone === "busy" ? <Loader size={18} aria-hidden /> : tone === "ok" ? <IconCircleCheck size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
      <div className={classes.words}>
        <p className={classes.title}>{status === "created" ? t("created") : status === "paid" ? t("paid", { credits }) : t(`over.${status}`)}</p>
        <p className={classes.text}>
          {status === "created" && t("createdText", { credits })}
          {status === "paid" && t("paidText", { number: receiptNumber ?? "" })}
          {status === "failed" && t("failedText")}
          {status === "expired" && t("expiredText")}
          {(status === "refunded" || status === "disputed") && t("takenBackText")}{" "}
          {status === "created" && checkoutUrl !== null && <a href={checkoutUrl}>{t("resume")}</a>}
          {receiptNumber !== null && <TextLink href={`/billing/receipts/${topUp.id}`}>{t("receipt")}</TextLink>}
        </p>
      </div>
      <CloseButton aria-label={t("close")} onClick={() => void setId(null)} />
    </div>
  );
}
