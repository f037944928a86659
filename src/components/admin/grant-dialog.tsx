"use client";

import { Button, Input, Modal, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
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

/** Whom it goes to. */
type Receiver = Pick<Customer, "name" | "organizationId" | "balance">;

type Category = (typeof CATEGORIES)[number];
const CATEGORIES = ["promotional", "paid"] as const;

/** As the API takes it when nothing is said. */
const USUAL_PRIORITY = 50;

/** Gives a customer's organization credits, with the reason that stays on record. Null closes it. */
export function GrantDialog({ customer, onClose }: { customer: Receiver | null; onClose: () => void }) {
  const t = useTranslations("admin.grant");
  return (
    <Modal opened={customer !== null} onClose={onClose} title={customer && t("title", { name: customer.name })} size="md">
      {customer && <GrantForm customer={customer} onClose={onClose} />}
    </Modal>
  );
}

function GrantForm({ customer, onClose }: { customer: Receiver; onClose: () => void }) {
  const t = useTranslations("admin.grant");
  const common = useTranslations("common.actions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  // One key for each opening: however often it is sent, it grants once.
  const [idempotencyKey] = useState(newRequestKey);
  const form = useForm({
    initialValues: { amount: "", reason: "", until: "", priority: USUAL_PRIORITY as number | string, category: "promotional" as Category },
    validate: {
      amount: (value) => {
        const amount = grantAmount(value);
        return amount === "invalid" ? t("amountInvalid") : amount === "tooLarge" ? t("amountTooLarge") : null;
      },
      reason: (value) => (value.trim().length < 3 ? t("reasonMissing") : null),
      until: (value) => (value !== "" && !(endOf(value) > Date.now()) ? t("untilPast") : null),
      priority: (value) => (typeof value === "number" ? null : t("priorityMissing")),
    },
  });
  const typed = grantAmount(form.values.amount);
  const amount = typeof typed === "bigint" ? typed : null;
  const grant = useMutation(
    trpc.billing.grant.mutationOptions({
      onSuccess: ({ transfer }) => {
        notify.done(t("done", { amount: formatCredits(transfer.amount), name: customer.name }));
        void queryClient.invalidateQueries(trpc.platform.pathFilter());
        void queryClient.invalidateQueries(trpc.billing.pathFilter());
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    }),
  );
  const submit = form.onSubmit(({ reason, until, priority, category }) => {
    if (amount === null) return;
    const end = until === "" ? {} : { expiresAt: new Date(endOf(until)).toISOString() };
    grant.mutate({ organizationId: customer.organizationId, amount: amount.toString(), reason: reason.trim(), category, idempotencyKey, ...end, ...(priority === USUAL_PRIORITY ? {} : { priority: Number(priority) }) });
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
      <Input.Wrapper label={t("category")} description={t(`categoryHelp.${form.values.category}`)}>
        <SegmentedControl
          fullWidth
          mt={4}
          aria-label={t("category")}
          value={form.values.category}
          onChange={(value) => form.setFieldValue("category", CATEGORIES.find((each) => each === value) ?? "promotional")}
          data={CATEGORIES.map((value) => ({ value, label: t(`categories.${value}`) }))}
        />
      </Input.Wrapper>
      <TextInput type="date" label={t("until")} description={t("untilHelp")} {...form.getInputProps("until")} />
      <NumberInput label={t("priority")} description={t("priorityHelp")} min={0} max={100} clampBehavior="strict" allowDecimal={false} {...form.getInputProps("priority")} />
      <KeyValue
        items={[
          { label: t("balance"), value: <Credits micro={customer.balance} unit /> },
          { label: t("after"), value: amount === null ? null : <Credits micro={BigInt(customer.balance) + amount} unit /> },
        ]}
      />
    </Form>
  );
}

/** The last second of a day as the administrator's calendar has it, in ms. */
function endOf(day: string): number {
  return new Date(`${day}T23:59:59`).getTime();
}
