"use client";

import { Button, Checkbox, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import type { topUpOptionsOutput } from "#shared/billing/top-ups.ts";
import { MICRO } from "#shared/credits.ts";
import classes from "./top-up.module.css";
import { useMoney } from "./use-money.ts";
import { asWhole, wholeCredits } from "./whole-credits.ts";

type Options = z.infer<typeof topUpOptionsOutput>;

const OTHER = "other";

/** How many credits, what they cost, and on to the provider's page. */
export function TopUpDialog({ opened, options, onClose }: { opened: boolean; options: Options; onClose: () => void }) {
  const t = useTranslations("topups.dialog");
  return (
    <Modal opened={opened} onClose={onClose} title={t("title")} size="md">
      <TopUpForm options={options} onClose={onClose} />
    </Modal>
  );
}

function TopUpForm({ options, onClose }: { options: Options; onClose: () => void }) {
  const t = useTranslations("topups.dialog");
  const common = useTranslations("common.actions");
  const money = useMoney();
  const [choice, setChoice] = useState(options.presets[1] ?? options.presets[0] ?? OTHER);
  const [typed, setTyped] = useState("");
  const [complaint, setComplaint] = useState(false);
  const [saveMethod, setSaveMethod] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const create = useMutation(
    useTRPC().payments.create.mutationOptions({
      onSuccess: ({ checkoutUrl }) => {
        setLeaving(true);
        globalThis.location.assign(checkoutUrl);
      },
    }),
  );
  const credits = choice === OTHER ? wholeCredits(typed) : BigInt(choice);
  const valid = credits !== null && credits >= BigInt(options.minimum) && credits <= BigInt(options.maximum);
  const limits = { minimum: asWhole(options.minimum), maximum: asWhole(options.maximum) };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setComplaint(!valid);
    if (valid) create.mutate({ credits: credits.toString(), saveMethod });
  };
  return (
    <Form
      onSubmit={submit}
      error={create.error}
      actions={
        <>
          <Button variant="default" onClick={onClose} disabled={create.isPending || leaving}>
            {common("cancel")}
          </Button>
          <Button type="submit" loading={create.isPending || leaving} data-autofocus>
            {t("submit")}
          </Button>
        </>
      }
    >
      <SegmentedControl fullWidth aria-label={t("amount")} value={choice} onChange={setChoice} data={[...options.presets.map((preset) => ({ value: preset, label: asWhole(preset) })), { value: OTHER, label: t("other") }]} />
      {choice === OTHER && (
        <TextInput
          label={t("custom")}
          description={t("customHelp", limits)}
          inputMode="numeric"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={complaint && !valid ? t("invalid", limits) : null}
          data-autofocus
        />
      )}
      <p className={classes.price}>
        <span>{t("price")}</span>
        <strong>{valid ? money(Number((credits / MICRO) * BigInt(options.creditPriceMinor)), options.currency) : "—"}</strong>
        <small>{t("perCredit", { price: money(options.creditPriceMinor, options.currency) })}</small>
      </p>
      <Checkbox label={t("save")} description={t("saveHelp")} checked={saveMethod} onChange={(event) => setSaveMethod(event.currentTarget.checked)} />
      {options.provider === "test" && <p className={classes.note}>{t("test")}</p>}
    </Form>
  );
}
