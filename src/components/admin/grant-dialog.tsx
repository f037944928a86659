"use client";

import { Button, Modal, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import { Credits } from "#components/ui/credits.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { formatCredits } from "#shared/credits.ts";
import { grantAmount } from "./grant-amount.ts";
import { newRequestKey } from "./request-key.ts";
import type { Customer } from "./types.ts";

/** Gives a customer's organization credits, with the reason that stays on record. Null closes it. */
export function GrantDialog({ customer, onClose }: { customer: Customer | null; onClose: () => void }) {
  const t = useTranslations("admin.grant");
  return (
    <Modal opened={customer !== null} onClose={onClose} title={customer && t("title", { name: customer.name })} size="md">
      {customer && <GrantForm customer={customer} onClose={onClose} />}
    </Modal>
  );
}

function GrantForm({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const t = useTranslations("admin.grant");
  const common = useTranslations("common.actions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  // One key for each opening: however often it is sent, it grants once.
  const [idempotencyKey] = useState(newRequestKey);
  const form = useForm({
    initialValues: { amount: "", reason: "" },
    validate: {
      amount: (value) => {
        const amount = grantAmount(value);
        return amount === "invalid" ? t("amountInvalid") : amount === "tooLarge" ? t("amountTooLarge") : null;
      },
      reason: (value) => (value.trim().length < 3 ? t("reasonMissing") : null),
    },
  });
  const typed = grantAmount(form.values.amount);
  const amount = typeof typed === "bigint" ? typed : null;
  const grant = useMutation(
    trpc.billing.grant.mutationOptions({
      onSuccess: ({ transfer }) => {
        notify.done(t("done", { amount: formatCredits(transfer.amount), name: customer.name }));
        void queryClient.invalidateQueries(trpc.platform.pathFilter());
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    }),
  );
  const submit = form.onSubmit(({ reason }) => {
    if (amount !== null) grant.mutate({ organizationId: customer.organizationId, amount: amount.toString(), reason: reason.trim(), idempotencyKey });
  });
  return (
    <Form
      onSubmit={submit}
      error={grant.error}
      actions={
        <>
          <Button variant="default" onClick={onClose} disabled={grant.isPending}>
            {common("cancel")}
          </Button>
          <Button type="submit" loading={grant.isPending}>
            {amount === null ? t("submitEmpty") : t("submit", { amount: formatCredits(amount) })}
          </Button>
        </>
      }
    >
      <TextInput label={t("amount")} description={t("amountHelp")} inputMode="decimal" autoComplete="off" data-autofocus {...form.getInputProps("amount")} />
      <TextInput label={t("reason")} description={t("reasonHelp")} maxLength={200} {...form.getInputProps("reason")} />
      <KeyValue
        items={[
          { label: t("balance"), value: <Credits micro={customer.balance} unit /> },
          { label: t("after"), value: amount === null ? null : <Credits micro={BigInt(customer.balance) + amount} unit /> },
        ]}
      />
    </Form>
  );
}
