"use client";

import { Button, MultiSelect, NumberInput, SegmentedControl, Select, Switch, TextInput, Input } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { OrganizationSelect } from "#components/admin/organization-select.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { FormError } from "#components/form/form-error.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import { MainAndAside, Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import classes from "./firmware.module.css";
import { EMPTY_PLAN, parseSteps, planOf, type PlanValues, targetOf, windowOf } from "./rollout-plan.ts";
import { RolloutPreview } from "./rollout-preview.tsx";
import { useMachineOptions } from "./use-machine-options.ts";

const CANARIES = ["none", "count", "chosen"] as const;

/** Plans a rollout: for which machines, in what steps, when to stop. At the side what it would come to. */
export function NewRollout({ firmwareId }: { firmwareId: string }) {
  const t = useTranslations("firmware.plan");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const firmware = useQuery(trpc.machines.firmware.get.queryOptions({ id: firmwareId }));
  const form = useForm<PlanValues>({
    initialValues: EMPTY_PLAN,
    validate: {
      name: (value) => (value.trim() === "" ? t("nameMissing") : null),
      steps: (value) => (parseSteps(value) ? null : t("stepsInvalid")),
      canaryIds: (value, values) => (values.canary === "chosen" && value.length === 0 ? t("canaryMissing") : null),
      to: (_value, values) => (windowOf(values) === "invalid" ? t("windowInvalid") : null),
      successThreshold: (value) => (isPercent(value) ? null : t("percentMissing")),
      failureThreshold: (value) => (isPercent(value) ? null : t("percentMissing")),
    },
  });
  const create = useMutation(
    trpc.machines.firmware.rollouts.create.mutationOptions({
      onSuccess: (rollout) => {
        void queryClient.invalidateQueries(trpc.machines.firmware.rollouts.pathFilter());
        router.push(`/admin/firmware/rollouts/${rollout.id}`);
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    }),
  );
  const submit = form.onSubmit((values) => {
    const plan = planOf(values);
    if (plan) create.mutate({ firmwareId, ...plan });
  });
  const { values } = form;
  return (
    <>
      <PageHeader title={firmware.data ? t("titleOf", { version: firmware.data.version }) : t("title")} back={{ href: `/admin/firmware/${firmwareId}`, label: t("back") }} />
      <form onSubmit={submit} noValidate>
        <MainAndAside>
          <Rows>
            <Section>
              <div className={classes.fields}>
                <TextInput label={t("name")} description={t("nameHelp")} maxLength={100} autoComplete="off" data-autofocus {...form.getInputProps("name")} />
              </div>
            </Section>
            <TargetFields values={values} set={form.setValues} />
            <Section title={t("pace")} description={t("paceText")}>
              <div className={classes.fields}>
                <Input.Wrapper label={t("canary")} description={t(`canaryHelp.${values.canary}`)}>
                  <SegmentedControl
                    fullWidth
                    mt={4}
                    aria-label={t("canary")}
                    value={values.canary}
                    onChange={(value) => form.setFieldValue("canary", CANARIES.find((each) => each === value) ?? "none")}
                    data={CANARIES.map((value) => ({ value, label: t(`canaries.${value}`) }))}
                  />
                </Input.Wrapper>
                {values.canary === "count" && <NumberInput label={t("canaryCount")} min={1} max={1_000} allowDecimal={false} {...form.getInputProps("canaryCount")} />}
                {values.canary === "chosen" && <MachinesField label={t("canaryMachines")} value={values.canaryIds} onChange={(ids) => form.setFieldValue("canaryIds", ids)} error={form.errors["canaryIds"]} />}
                <TextInput label={t("steps")} description={t("stepsHelp")} inputMode="numeric" autoComplete="off" {...form.getInputProps("steps")} />
                <div className={classes.pair}>
                  <NumberInput label={t("success")} description={t("successHelp")} suffix=" %" min={1} max={100} allowDecimal={false} {...form.getInputProps("successThreshold")} />
                  <NumberInput label={t("failure")} description={t("failureHelp")} suffix=" %" min={1} max={100} allowDecimal={false} {...form.getInputProps("failureThreshold")} />
                </div>
                <NumberInput label={t("soak")} description={t("soakHelp")} min={0} max={43_200} allowDecimal={false} {...form.getInputProps("soakMinutes")} />
                <Switch label={t("windowed")} description={t("windowHelp")} {...form.getInputProps("windowed", { type: "checkbox" })} />
                {values.windowed && (
                  <div className={classes.pair}>
                    <TextInput type="time" label={t("from")} {...form.getInputProps("from")} />
                    <TextInput type="time" label={t("to")} {...form.getInputProps("to")} />
                  </div>
                )}
              </div>
            </Section>
          </Rows>
          <Section title={t("preview")}>
            <RolloutPreview firmwareId={firmwareId} target={targetOf(values)} />
            <FormError error={create.error} title={t("notSaved")} />
            <p className={classes.dim}>{t("submitHelp")}</p>
            <div className={classes.buttons}>
              <Button type="submit" loading={create.isPending || create.isSuccess}>
                {t("submit")}
              </Button>
            </div>
          </Section>
        </MainAndAside>
      </form>
    </>
  );
}

function TargetFields({ values, set }: { values: PlanValues; set: (values: Partial<PlanValues>) => void }) {
  const t = useTranslations("firmware.plan");
  const trpc = useTRPC();
  const templates = useQuery(trpc.machines.admin.templates.queryOptions());
  return (
    <Section title={t("target")} description={t("targetText")}>
      <div className={classes.fields}>
        <div className={classes.pair}>
          <Select label={t("template")} placeholder={t("all")} clearable data={(templates.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} value={values.templateId} onChange={(templateId) => set({ templateId })} />
          <OrganizationSelect label={t("organization")} placeholder={t("all")} clearable value={values.organizationId} onChange={(organizationId) => set({ organizationId })} />
        </div>
        <MachinesField label={t("machines")} description={t("machinesHelp")} value={values.machineIds} onChange={(ids) => set({ machineIds: ids })} />
      </div>
    </Section>
  );
}

interface MachinesFieldProps {
  label: string;
  description?: string;
  value: string[];
  onChange: (ids: string[]) => void;
  error?: React.ReactNode;
}

function MachinesField({ label, description, value, onChange, error }: MachinesFieldProps) {
  const t = useTranslations("firmware.plan");
  const { options, search, setSearch, remember } = useMachineOptions(value);
  return (
    <MultiSelect
      label={label}
      {...(description ? { description } : {})}
      error={error}
      placeholder={value.length === 0 ? t("machinesPlaceholder") : ""}
      nothingFoundMessage={t("machinesNone")}
      data={options}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options: all }) => all}
      value={value}
      onChange={(ids) => {
        remember(ids);
        onChange(ids);
      }}
      clearable
      hidePickedOptions
    />
  );
}

function isPercent(value: number | string): boolean {
  return typeof value === "number" && value >= 1 && value <= 100;
}
