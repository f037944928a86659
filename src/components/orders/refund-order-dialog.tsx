"use client";

import { Button, Modal, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { newRequestKey } from "#components/admin/request-key.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { parseMoney, plainMoney } from "#shared/billing/money.ts";
import { formatCredits, parseCredits } from "#shared/credits.ts";
import type { AdminOrderDetail } from "./types.ts";
import { useOrderWords } from "./use-order-words.ts";

interface RefundOrderProps {
  order: AdminOrderDetail;
  /** the provider would not let the payment go: it is asked once more, all of it */
  stuck: boolean;
  opened: boolean;
  onClose: () => void;
}

/** Gives an order's money back, in whole or in part. */
export function RefundOrderDialog({ order, stuck, opened, onClose }: RefundOrderProps) {
  const t = useTranslations("orders.refund");
  return (
    <Modal opened={opened} onClose={onClose} title={t("title")} size="md">
      <RefundForm order={order} stuck={stuck} onClose={onClose} />
    </Modal>
  );
}

function RefundForm({ order, stuck, onClose }: Omit<RefundOrderProps, "opened">) {
  const t = useTranslations("orders.refund");
  const unit = useTranslations("orders.detail")("credits");
  const common = useTranslations("common.actions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const words = useOrderWords();
  const { currency, refundable } = order;
  const most = words.amount(order, refundable.credits, currency === null ? null : refundable.minor);
  const example = currency === null ? formatCredits(refundable.credits).replaceAll(",", "") : plainMoney(refundable.minor, currency);
  // One key for each opening: however often it is sent, it refunds once.
  const [idempotencyKey] = useState(newRequestKey);
  const read = (value: string): bigint | null => {
    if (currency !== null) {
      const minor = parseMoney(value, currency);
      return minor === null ? null : BigInt(minor);
    }
    try {
      return parseCredits(value);
    } catch {
      return null;
    }
  };
  const form = useForm({
    initialValues: { amount: example, reason: "" },
    validate: {
      amount: (value) => {
        if (stuck) return null;
        const amount = read(value);
        if (amount === null || amount <= 0n) return t("amountInvalid", { example });
        return amount > (currency === null ? BigInt(refundable.credits) : BigInt(refundable.minor)) ? t("beyond", { most }) : null;
      },
      reason: (value) => (value.trim().length < 3 ? t("reasonMissing") : null),
    },
  });
  const refund = useMutation(
    trpc.machines.admin.orders.refund.mutationOptions({
      onSuccess: (_order, sent) => {
        notify.done(stuck ? t("doneVoid") : t("done", { amount: words.amount(order, sent.amount ?? "0", sent.amountMinor ?? null) }));
        void queryClient.invalidateQueries(trpc.machines.admin.orders.pathFilter());
        onClose();
      },
    }),
  );
  const submit = form.onSubmit(({ amount, reason }) => {
    const value = stuck ? null : read(amount);
    refund.mutate({ id: order.id, reason: reason.trim(), idempotencyKey, ...(value === null ? {} : currency === null ? { amount: value.toString() } : { amountMinor: Number(value) }) });
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
            {t(stuck ? "submitVoid" : "submit")}
          </Button>
        </>
      }
    >
      {stuck ? (
        <p>{t("voidText")}</p>
      ) : (
        <TextInput label={t("amount", { unit: currency ?? unit })} description={t("amountHelp", { most })} inputMode="decimal" autoComplete="off" data-autofocus {...form.getInputProps("amount")} />
      )}
      <TextInput label={t("reason")} description={t("reasonHelp")} maxLength={200} {...form.getInputProps("reason")} />
    </Form>
  );
}
