"use client";

import { Button } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { z } from "zod";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import type { receiptOutput } from "#shared/billing/top-ups.ts";
import { formatCredits } from "#shared/credits.ts";
import { DownloadButton } from "../statements/download-button.tsx";
import { useMoney } from "./use-money.ts";

/** A receipt, as it is read on a screen and on paper. */
export function Receipt({ receipt }: { receipt: z.infer<typeof receiptOutput> }) {
  const t = useTranslations("topups.receipt");
  const words = useTranslations("statements");
  const format = useFormatter();
  const client = useTRPCClient();
  const language = useLocale();
  const money = useMoney();
  const { organization } = useViewer();
  const { currency, amountMinor, creditPriceMinor, refundedMinor, paymentRef } = receipt;
  const provider = receipt.provider === "stripe" ? t("providers.stripe") : t("providers.test");
  return (
    <>
      <PageHeader
        title={t("title", { number: receipt.number })}
        back={{ href: "/billing", label: t("back") }}
        actions={
          <>
            <Button variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => globalThis.print()}>
              {t("print")}
            </Button>
            <DownloadButton label={words("pdf")} load={() => client.documents.receiptPdf.query({ id: receipt.topUpId, language })} />
          </>
        }
      />
      <Section>
        <KeyValue
          items={[
            { label: t("paidAt"), value: format.dateTime(new Date(receipt.paidAt), { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }) + " UTC" },
            { label: t("organization"), value: organization.name },
            { label: t("credits"), value: formatCredits(receipt.credits, 0) },
            ...(creditPriceMinor === null ? [] : [{ label: t("price"), value: money(creditPriceMinor, currency) }]),
            { label: t("total"), value: <strong>{money(amountMinor, currency)}</strong> },
            { label: t("payment"), value: t("paymentText", { provider, reference: paymentRef ?? receipt.topUpId }) },
            ...(refundedMinor === 0
              ? []
              : [
                  { label: t("refunded"), value: money(refundedMinor, currency) },
                  { label: t("kept"), value: <strong>{money(amountMinor - refundedMinor, currency)}</strong> },
                ]),
          ]}
        />
      </Section>
    </>
  );
}
