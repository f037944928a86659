"use client";

import { Button, Modal, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import { Form } from "#components/form/form.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { topUpDetailOutput } from "#shared/billing/admin-top-ups.ts";
import { parseMoney, plainMoney } from "#shared/billing/money.ts";
import { formatCredits } from "#shared/credits.ts";
import { newRequestKey } from "../request-key.ts";

type Payment = z.infer<typeof topUpDetailOutput>;

interface RefundDialogProps {
  payment: Payment;
  opened: boolean;
  onClose: () => void;
}

/** Pays a payment back, in whole or in part, and takes its credits back. */
export function RefundDialog({ payment, opened, onClose }: RefundDialogProps) {
  const t = useTranslations("payments.refund");
  return (
    <Modal opened={opened} onClose={onClose} title={t("title", { name: payment.organizationName })} size="md">
      <RefundForm payment={payment} onClose={onClose} />
    </Modal>
  );
}

function RefundForm({ payment, onClose }: Omit<RefundDialogProps, "opened">) {
  const t = useTranslations("payments.refund");
  const common = useTranslations("common.actions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const money = useMoney();
  const { currency, refundableMinor } = payment;
  // One key for each opening: however often it is sent, it refunds once.
  const [idempotencyKey] = useState(newRequestKey);
  const form = useForm({
    initialValues: { amount: plainMoney(refundableMinor, currency), reason: "" },
    validate: {
      amount: (value) => {
        const minor = parseMoney(value, currency);
        if (minor === null || minor === 0) return t("amountInvalid", { example: plainMoney(refundableMinor, currency) });
        return minor > refundableMinor ? t("beyond", { most: money(refundableMinor, currency) }) : null;
      },
      reason: (value) => (value.trim().length < 3 ? t("reasonMissing") : null),
    },
  });
  const refund = useMutation(
    trpc.payments.admin.refund.mutationOptions({
      onSuccess: () => {
        notify.done(t("done", { name: payment.organizationName }));
        void queryClient.invalidateQueries(trpc.platform.pathFilter());
        void queryClient.invalidateQueries(trpc.billing.pathFilter());
        onClose();
      },
    }),
  );
  const minor = parseMoney(form.values.amount, currency);
  const taken = minor !== null && minor > 0 && minor <= refundableMinor ? (BigInt(payment.credits) * BigInt(minor)) / BigInt(payment.amountMinor) : null;
  const submit = form.onSubmit(({ reason }) => {
    if (minor !== null) refund.mutate({ id: payment.id, amountMinor: minor, reason: reason.trim(), idempotencyKey });
  });
  return (
    <Form
      onSubmit={submit}
      error={refund.error}
      actions={
        <>
          <Button variant="default" onClick={onClose} disabled={refund.isPending}>
            {common("cancel")}
          </Button>
          <Button type="submit" color="red" loading={refund.isPending}>
            {taken === null || minor === null ? t("submitEmpty") : t("submit", { amount: money(minor, currency) })}
          </Button>
        </>
      }
    >
      <TextInput label={t("amount", { currency })} description={t("amountHelp", { most: money(refundableMinor, currency) })} inputMode="decimal" autoComplete="off" data-autofocus {...form.getInputProps("amount")} />
      <TextInput label={t("reason")} description={t("reasonHelp")} maxLength={200} {...form.getInputProps("reason")} />
      {taken !== null && <p aria-live="polite">{t("effect", { credits: formatCredits(taken) })}</p>}
    </Form>
  );
}
