"use client";

import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { ExactTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { topUpDetailOutput } from "#shared/billing/admin-top-ups.ts";
import { PaymentState } from "./payment-list.tsx";
import { PaymentDebts, PaymentFacts, PaymentTransfers } from "./payment-tables.tsx";
import { RefundDialog } from "./refund-dialog.tsx";

type Detail = z.infer<typeof topUpDetailOutput>;

/** One payment: what was asked and paid, what is known of it, what became of its credits, and its refund. */
export function PaymentPage({ id }: { id: string }) {
  const t = useTranslations("payments.detail");
  const query = useQuery(useTRPC().platform.topUp.queryOptions({ id }));
  if (query.data) return <Content payment={query.data} />;
  return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
}

function Content({ payment }: { payment: Detail }) {
  const t = useTranslations("payments.detail");
  const mayRefund = useViewer().me.permissions.includes("platform:payments:refund") && payment.refundableMinor > 0;
  const [refunding, setRefunding] = useState(false);
  return (
    <>
      <PageHeader
        back={{ href: "/admin/payments", label: t("back") }}
        title={payment.receiptNumber ?? t("title")}
        state={<PaymentState payment={payment} />}
        description={<CopyText value={payment.id} label={t("id")} />}
        actions={mayRefund ? <Button variant="default" onClick={() => setRefunding(true)}>{t("refund")}</Button> : undefined}
      />
      <Rows>
        <Trouble payment={payment} />
        <Terms payment={payment} />
        <PaymentFacts payment={payment} />
        <PaymentTransfers payment={payment} />
        <PaymentDebts payment={payment} />
      </Rows>
      <RefundDialog payment={payment} opened={refunding} onClose={() => setRefunding(false)} />
    </>
  );
}

/** What somebody has to do about it. */
function Trouble({ payment }: { payment: Detail }) {
  const t = useTranslations("payments.detail");
  const money = useMoney();
  const wrong = payment.mismatched ? payment.facts.find(({ kind }) => kind === "paid") : undefined;
  if (payment.mismatched) {
    const paid = wrong?.amountMinor == null || wrong.currency === null ? "?" : money(wrong.amountMinor, wrong.currency);
    return (
      <Notice tone="bad" title={t("mismatch", { paid, asked: money(payment.amountMinor, payment.currency) })}>
        {t("mismatchText")}
      </Notice>
    );
  }
  if (payment.disputed === "open") return <Notice tone="bad" title={t("disputeOpen")}>{t("disputeOpenText")}</Notice>;
  if (payment.disputed === "lost") return <Notice tone="warn" title={t("disputeLost")}>{t("disputeLostText")}</Notice>;
  return null;
}

function Terms({ payment }: { payment: Detail }) {
  const t = useTranslations("payments.detail");
  const providers = useTranslations("payments.providers");
  const money = useMoney();
  const { provider, currency, refundedMinor, providerRef, paymentRef } = payment;
  return (
    <Section>
      <KeyValue
        columns={2}
        items={[
          { label: t("customer"), value: <TextLink href={`/admin/customers/${payment.organizationId}`}>{payment.organizationName || payment.organizationId}</TextLink> },
          { label: t("by"), value: payment.userName ?? t("automatic") },
          { label: t("price"), value: money(payment.amountMinor, currency) },
          { label: t("credits"), value: <Credits micro={payment.credits} unit /> },
          { label: t("refunded"), value: refundedMinor === 0 ? null : money(refundedMinor, currency) },
          { label: t("takenBack"), value: payment.takenBack === "0" ? null : <Credits micro={payment.takenBack} unit /> },
          { label: t("owed"), value: payment.owed === "0" ? null : <Credits micro={payment.owed} unit /> },
          { label: t("failure"), value: payment.failure },
          { label: t("began"), value: <ExactTime at={payment.createdAt} /> },
          { label: t("paidAt"), value: payment.paidAt === null ? null : <ExactTime at={payment.paidAt} /> },
          { label: t("provider"), value: provider === "stripe" || provider === "test" ? providers(provider) : provider },
          { label: t("paymentRef"), value: paymentRef === null ? null : <CopyText value={paymentRef} label={t("paymentRef")} /> },
          { label: t("providerRef"), value: providerRef === null ? null : <CopyText value={providerRef} label={t("providerRef")} /> },
        ]}
      />
    </Section>
  );
}
