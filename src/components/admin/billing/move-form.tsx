"use client";

import { Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Form } from "#components/form/form.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { grantAmount } from "../grant-amount.ts";
import { newRequestKey } from "../request-key.ts";
import { exactCredits } from "./exact-credits.ts";

interface Move {
  /** micro-credits */
  amount: string;
  reason: string;
  idempotencyKey: string;
}

interface MoveFormProps {
  /** the customer's, before */
  balance: string;
  /** the most that can be moved; null: whatever the API takes */
  most: bigint | null;
  /** what stands in the field at first, as credits */
  initial?: string;
  /** whether the customer gets or loses it */
  sign: 1n | -1n;
  /** what will happen, in words */
  effect: (amount: string) => string;
  /** the verb of the button */
  verb: string;
  pending: boolean;
  error: unknown;
  onSubmit: (move: Move) => void;
  onClose: () => void;
  /** fields before the amount */
  children?: ReactNode;
}

/** An amount, a reason that stays on record, and what it does to the balance before it is done. */
export function MoveForm({ balance, most, initial = "", sign, effect, verb, pending, error, onSubmit, onClose, children }: MoveFormProps) {
  const t = useTranslations("admin.move");
  const grant = useTranslations("admin.grant");
  const common = useTranslations("common.actions");
  // One key for each opening: however often it is sent, it moves once.
  const [idempotencyKey] = useState(newRequestKey);
  const form = useForm({
    initialValues: { amount: initial, reason: "" },
    validate: {
      amount: (value) => {
        const amount = grantAmount(value);
        if (amount === "invalid") return grant("amountInvalid");
        if (amount === "tooLarge") return grant("amountTooLarge");
        return most !== null && amount > most ? t("beyond", { most: exactCredits(most) }) : null;
      },
      reason: (value) => (value.trim().length < 3 ? grant("reasonMissing") : null),
    },
  });
  const typed = grantAmount(form.values.amount);
  const amount = typeof typed === "bigint" && (most === null || typed <= most) ? typed : null;
  const submit = form.onSubmit(({ reason }) => {
    if (amount !== null) onSubmit({ amount: amount.toString(), reason: reason.trim(), idempotencyKey });
  });
  return (
    <Form
      onSubmit={submit}
      error={error}
      actions={
        <>
          <Button variant="default" onClick={onClose} disabled={pending}>
            {common("cancel")}
          </Button>
          <Button type="submit" loading={pending} {...(sign < 0n ? { color: "red" } : {})}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
      <TextInput label={grant("amount")} description={most === null ? grant("amountHelp") : t("amountHelp", { most: exactCredits(most) })} inputMode="decimal" autoComplete="off" data-autofocus {...form.getInputProps("amount")} />
      <TextInput label={grant("reason")} description={grant("reasonHelp")} maxLength={200} {...form.getInputProps("reason")} />
      <KeyValue
        items={[
          { label: grant("balance"), value: <Credits micro={balance} unit /> },
          { label: grant("after"), value: amount === null ? null : <Credits micro={BigInt(balance) + sign * amount} unit /> },
        ]}
      />
      {amount !== null && <p aria-live="polite">{effect(exactCredits(amount))}</p>}
    </Form>
  );
}
