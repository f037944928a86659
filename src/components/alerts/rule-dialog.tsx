"use client";

import { Button, Modal, NumberInput, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { SEVERITIES } from "#shared/machines/states.ts";
import classes from "./alerts.module.css";
import { ConditionFields } from "./condition-fields.tsx";
import { conditionOf, type RuleValues, ruleValues, targetOf } from "./rule-form.ts";
import type { AlertSide, Rule } from "./types.ts";
import { useAlertProcedures } from "./use-alerts.ts";
import { useAlertWords } from "./use-alert-words.ts";
import { useTargets } from "./use-targets.ts";

const KINDS = ["threshold", "rate", "missing", "offline", "stock", "claim"] as const;
/** What the server calls a field of the condition, and what the form does. */
const FIELDS: Record<string, keyof RuleValues> = { forSeconds: "forMinutes", seconds: "missingMinutes", minutes: "rateMinutes" };

/** Makes a rule, or changes one: the condition in plain words, and how often it would have fired lately. */
export function RuleDialog({ side, rule, machineId = null, onClose }: { side: AlertSide; rule: Rule | null; machineId?: string | null; onClose: () => void }) {
  const t = useTranslations("alerts.editor");
  const common = useTranslations("common.actions");
  const alerts = useTranslations("alerts");
  const procedures = useAlertProcedures(side);
  const machines = useTRPC().machines;
  const queryClient = useQueryClient();
  const notify = useNotify();
  const words = useAlertWords();
  const targets = useTargets(side, rule, machineId);
  const form = useForm<RuleValues>({ initialValues: ruleValues(rule, machineId), validate: { name: (value) => (value.trim() === "" ? t("nameMissing") : null), kind: (_value, values) => (conditionOf(values) === null ? t("incomplete") : null) } });
  const condition = conditionOf(form.values);
  const [asked] = useDebouncedValue(condition && { condition, ...targetOf(form.values.target) }, 400);
  const preview = useQuery(procedures.previewRule.queryOptions(asked ?? skipToken, { placeholderData: keepPreviousData, retry: false }));
  const options = {
    onSuccess: () => {
      notify.done(t(rule ? "changed" : "created"));
      void queryClient.invalidateQueries(machines.pathFilter());
      onClose();
    },
    // The condition's own fields are named `condition.<field>`.
    onError: (error: unknown) => form.setErrors(Object.fromEntries(Object.entries(fieldErrors(error)).map(([field, message]) => [conditionField(field), message]))),
  };
  const create = useMutation(procedures.createRule.mutationOptions(options));
  const update = useMutation(procedures.updateRule.mutationOptions(options));
  const pending = create.isPending || update.isPending;
  const submit = form.onSubmit(({ name, severity, escalateMinutes, target }) => {
    if (!condition) return;
    const input = { name, severity, condition, escalateMinutes: typeof escalateMinutes === "number" ? escalateMinutes : null, ...targetOf(target), enabled: rule?.enabled ?? true };
    if (rule) update.mutate({ id: rule.id, ...input });
    else create.mutate(input);
  });
  return (
    <Modal opened onClose={onClose} title={rule ? t("editTitle", { name: rule.name }) : t("newTitle")} size="lg">
      <Form
        onSubmit={submit}
        error={create.error ?? update.error}
        actions={
          <>
            <Button variant="default" onClick={onClose} disabled={pending}>
              {common("cancel")}
            </Button>
            <Button type="submit" loading={pending}>
              {t(rule ? "save" : "create")}
            </Button>
          </>
        }
      >
        <TextInput label={t("name")} maxLength={64} data-autofocus {...form.getInputProps("name")} />
        <Select label={t("when")} allowDeselect={false} data={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} {...form.getInputProps("kind")} />
        <ConditionFields form={form} />
        <Select label={t("target")} searchable allowDeselect={false} data={targets} {...form.getInputProps("target")} />
        <div className={classes.sentence}>
          <Select label={t("severity")} allowDeselect={false} data={SEVERITIES.map((value) => ({ value, label: alerts(`severities.${value}`) }))} {...form.getInputProps("severity")} />
          <NumberInput label={t("escalate")} placeholder={t("never")} min={1} max={10_080} allowDecimal={false} suffix={t("minuteSuffix")} {...form.getInputProps("escalateMinutes")} />
        </div>
        {condition && (
          <p className={classes.preview} role="status">
            <span className={classes.strong}>{t("alertWhen", { condition: words.condition(condition) })}</span>
            <br />
            <span className={classes.dim}>
              {preview.data ? (preview.data.fired === null ? t("previewUnknown", { machines: preview.data.machines }) : t("preview", { fired: preview.data.fired, days: preview.data.days, machines: preview.data.machines })) : t("previewWaiting")}
            </span>
          </p>
        )}
      </Form>
    </Modal>
  );
}

function conditionField(field: string): string {
  const name = field.replace(/^condition\./, "");
  return FIELDS[name] ?? name;
}
