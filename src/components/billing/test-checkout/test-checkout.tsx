"use client";

import { Button, Checkbox, Radio, Stack } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { IconFlask } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { FormError } from "#components/form/form-error.tsx";
import type { testCheckoutOutput, testPayInput } from "#shared/billing/top-ups.ts";
import { useMoney } from "../top-up/use-money.ts";
import classes from "./test-checkout.module.css";

export type TestCheckoutState = z.infer<typeof testCheckoutOutput>;
type Card = z.infer<typeof testPayInput>["card"];

/** As the server knows them; written out, because the schema beside them would bring zod into the page. */
const CARDS = ["succeeds", "declined", "disputed", "declined_later"] as const satisfies readonly Card[];

/** The test provider's payment page. Null: there is no such payment. */
export function TestCheckout({ id, checkout }: { id: string; checkout: TestCheckoutState | null }) {
  const t = useTranslations("topups.checkout");
  return (
    <div className={classes.page}>
      <main className={classes.card}>
        <p className={classes.banner}>
          <IconFlask size={18} aria-hidden />
          {t("banner")}
        </p>
        {checkout === null ? (
          <Notice title={t("missing")} text={t("missingText")} href="/billing" />
        ) : checkout.status !== "open" ? (
          <Notice title={t("over")} text={checkout.status === "expired" ? t("expired") : t("paidAlready")} href={checkout.returnUrl} />
        ) : (
          <PayForm id={id} checkout={checkout} />
        )}
      </main>
    </div>
  );
}

function Notice({ title, text, href }: { title: string; text: string; href: string }) {
  const t = useTranslations("topups.checkout");
  return (
    <>
      <h1 className={classes.title}>{title}</h1>
      <p className={classes.text}>{text}</p>
      <Button component="a" href={href} variant="default" fullWidth>
        {t("leave")}
      </Button>
    </>
  );
}

function PayForm({ id, checkout }: { id: string; checkout: TestCheckoutState }) {
  const t = useTranslations("topups.checkout");
  const money = useMoney();
  const maySave = checkout.saveMethod !== null;
  const [card, setCard] = useState<Card>("succeeds");
  const [save, setSave] = useState(checkout.saveMethod ?? false);
  const [leaving, setLeaving] = useState(false);
  // Before the page listens, what is chosen would be forgotten and the form sent to nowhere.
  const ready = useMounted();
  const pay = useMutation(
    useTRPC().payments.testCheckout.pay.mutationOptions({
      onSuccess: ({ paid, returnUrl }) => {
        if (!paid) return;
        setLeaving(true);
        globalThis.location.assign(returnUrl);
      },
    }),
  );
  const amount = money(checkout.amountMinor, checkout.currency);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pay.mutate({ id, card, save });
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      <div>
        <p className={classes.text}>{t("shop")}</p>
        <h1 className={classes.amount}>{amount}</h1>
      </div>
      <Radio.Group label={t("choose")} value={card} onChange={(value) => setCard(CARDS.find((each) => each === value) ?? "succeeds")}>
        <Stack gap={10} mt={8}>
          {CARDS.filter((each) => maySave || each !== "declined_later").map((each) => (
            <Radio key={each} value={each} label={t(`cards.${each}`)} disabled={!ready} />
          ))}
        </Stack>
      </Radio.Group>
      {maySave && <Checkbox label={t("save")} description={t("saveText")} disabled={!ready} checked={save} onChange={(event) => setSave(event.currentTarget.checked)} />}
      {pay.data?.paid === false && (
        <p className={classes.declined} role="alert">
          {t("declined")}
        </p>
      )}
      <FormError error={pay.error} />
      <Button type="submit" size="md" fullWidth disabled={!ready} loading={pay.isPending || leaving}>
        {t("pay", { amount })}
      </Button>
      <Button component="a" href={checkout.returnUrl} variant="subtle" fullWidth>
        {t("cancel")}
      </Button>
    </form>
  );
}
