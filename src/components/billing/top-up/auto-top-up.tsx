"use client";

import { Button, Switch, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { autoTopUpOutput } from "#shared/billing/top-ups.ts";
import { formatCredits } from "#shared/credits.ts";
import classes from "./top-up.module.css";
import { asWhole, wholeCredits } from "./whole-credits.ts";

type Settings = z.infer<typeof autoTopUpOutput>;

/** How the organization tops up by itself; nothing where this installation takes no payments. */
export function AutoTopUp() {
  const t = useTranslations("topups.automatic");
  const trpc = useTRPC();
  const options = useQuery(trpc.payments.options.queryOptions());
  const query = useQuery(trpc.payments.automatic.queryOptions());
  if (options.data?.provider === null) return null;
  const { data } = query;
  // What is being typed stays when news of a payment come; what was saved elsewhere is shown.
  const saved = data && [data.enabled, data.threshold, data.credits, data.monthlyCap, data.methodLabel].join(" ");
  return (
    <Section title={t("title")} description={t("text")}>
      {query.error && !data ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : !data ? <TableSkeleton rows={3} /> : <AutoForm key={saved} settings={data} />}
    </Section>
  );
}

function AutoForm({ settings }: { settings: Settings }) {
  const t = useTranslations("topups.automatic");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const may = useViewer().organization.permissions.includes("credits:topup");
  const [enabled, setEnabled] = useState(settings.enabled);
  const [typed, setTyped] = useState({ threshold: asWhole(settings.threshold), credits: asWhole(settings.credits), monthlyCap: asWhole(settings.monthlyCap) });
  const [complain, setComplain] = useState(false);
  const save = useMutation(
    trpc.payments.setAutomatic.mutationOptions({
      onSuccess: () => {
        notify.done(t("saved"));
        void queryClient.invalidateQueries(trpc.payments.pathFilter());
      },
    }),
  );
  const noCard = settings.methodLabel === null;
  const [threshold, credits, monthlyCap] = [wholeCredits(typed.threshold), wholeCredits(typed.credits), wholeCredits(typed.monthlyCap)];
  const tooSmall = credits !== null && monthlyCap !== null && monthlyCap < credits;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = threshold === null || !credits || monthlyCap === null || tooSmall;
    setComplain(wrong);
    if (!wrong) save.mutate({ enabled, threshold: threshold.toString(), credits: credits.toString(), monthlyCap: monthlyCap.toString() });
  };
  const field = (name: keyof typeof typed, label: string, problem: string | null) => (
    <TextInput label={label} inputMode="numeric" autoComplete="off" disabled={!may} value={typed[name]} onChange={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })} error={complain ? problem : null} />
  );
  return (
    <Form
      onSubmit={submit}
      error={save.error}
      actions={
        <Button type="submit" variant="default" loading={save.isPending} disabled={!may || noCard}>
          {t("save")}
        </Button>
      }
    >
      {noCard ? <p className={classes.note}>{t("noCard")}</p> : <p className={classes.note}>{t("card", { card: settings.methodLabel ?? "" })}</p>}
      <State settings={settings} />
      <Switch label={t("enabled")} checked={enabled} disabled={!may || noCard} onChange={(event) => setEnabled(event.currentTarget.checked)} />
      <div className={classes.fields}>
        {field("threshold", t("threshold"), threshold === null ? t("invalid") : null)}
        {field("credits", t("credits"), credits ? null : t("invalid"))}
        {field("monthlyCap", t("cap"), monthlyCap === null ? t("invalid") : tooSmall ? t("capTooSmall") : null)}
      </div>
    </Form>
  );
}

/** What happened last, where that matters to somebody. */
function State({ settings }: { settings: Settings }) {
  const t = useTranslations("topups.automatic");
  const { enabled, failures: count, lastFailure: reason, pending } = settings;
  if (settings.methodLabel === null) return null;
  const problem =
    reason === "monthly_cap" ? enabled && t("capReached") : reason !== null && count > 0 && (enabled ? t("failed", { reason, count }) : count >= 3 && t("stopped", { reason, count }));
  return (
    <>
      <p className={classes.note}>
        {t("used", { used: formatCredits(settings.usedThisMonth, 0), cap: formatCredits(settings.monthlyCap, 0) })}
        {pending && ` ${t("pending")}`}
      </p>
      {problem && (
        <p className={classes.problem} role="status">
          {problem}
        </p>
      )}
    </>
  );
}
