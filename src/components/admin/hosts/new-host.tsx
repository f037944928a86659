"use client";

import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import { ChoiceCard, ChoiceCards } from "#components/compute/create/choice-card.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { HOST_TYPES, type HostType } from "#shared/compute/host-states.ts";
import { ConnectionFields } from "./connection-fields.tsx";
import { type ConnectionValues, EMPTY_CONNECTION, toConnection } from "./connection-values.ts";
import { HostError } from "./host-error.tsx";
import classes from "./hosts.module.css";
import { LimitFields, toLimits } from "./limit-fields.tsx";
import { TestResultPanel } from "./test-result.tsx";
import { useConnection } from "./use-connection.ts";

const STEPS = ["type", "connection", "details"] as const;
type Step = (typeof STEPS)[number];

/** Connects a host in three questions: what it is, how it is reached (tried at once), and what it is called here. */
export function NewHost() {
  const t = useTranslations("hosts.new");
  const [step, setStep] = useState<Step>("type");
  const connection = useConnection(EMPTY_CONNECTION);
  return (
    <>
      <PageHeader title={t("title")} back={{ href: "/admin/hosts", label: t("back") }} />
      <ol className={classes.steps} aria-label={t("progress")}>
        {STEPS.map((each, index) => (
          <li key={each} aria-current={each === step ? "step" : undefined}>
            {index + 1}. {t(`steps.${each}`)}
          </li>
        ))}
      </ol>
      {step === "type" && <TypeStep value={connection.form.values.type} onChange={(type) => connection.form.setFieldValue("type", type)} onNext={() => setStep(connection.form.values.type === "simulated" ? "details" : "connection")} />}
      {step === "connection" && <ConnectionStep connection={connection} onBack={() => setStep("type")} onNext={() => setStep("details")} />}
      {step === "details" && (
        <DetailsStep
          connection={connection.form.values}
          asked={connection.result?.ok === true || connection.form.values.type === "simulated"}
          onBack={() => setStep(connection.form.values.type === "simulated" ? "type" : "connection")}
          onRefused={(errors) => {
            connection.form.setErrors(errors);
            setStep("connection");
          }}
        />
      )}
    </>
  );
}

function TypeStep({ value, onChange, onNext }: { value: HostType; onChange: (type: HostType) => void; onNext: () => void }) {
  const t = useTranslations("hosts.new");
  return (
    <Section>
      <ChoiceCards legend={t("typeLegend")}>
        {HOST_TYPES.map((type) => (
          <ChoiceCard key={type} name="type" value={type} checked={value === type} onChange={() => onChange(type)}>
            <span className={classes.choice}>
              <strong>{t(`types.${type}.name`)}</strong>
              <span>{t(`types.${type}.text`)}</span>
            </span>
          </ChoiceCard>
        ))}
      </ChoiceCards>
      <div className={classes.footer}>
        <span />
        <Button onClick={onNext}>{t("next")}</Button>
      </div>
    </Section>
  );
}

function ConnectionStep({ connection, onBack, onNext }: { connection: ReturnType<typeof useConnection>; onBack: () => void; onNext: () => void }) {
  const t = useTranslations("hosts.new");
  const { form, test, result } = connection;
  const ready = result?.ok === true;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) onNext();
    else connection.connect();
  };
  return (
    <Section description={t(form.values.type === "libvirt" ? "guideLibvirt" : "guideProxmox")} title={t("steps.connection")}>
      <form onSubmit={submit} noValidate>
        <ConnectionFields form={form} />
        {test.error && !test.isPending && <HostError error={test.error} title={t("testFailed")} />}
        {result && <TestResultPanel result={result} onTrust={connection.trust} pending={test.isPending} />}
        <div className={classes.footer}>
          <Button variant="default" onClick={onBack}>
            {t("backStep")}
          </Button>
          <span className={classes.buttons}>
            {!ready && (
              <Button variant="subtle" color="gray" onClick={onNext}>
                {t("later")}
              </Button>
            )}
            <Button type="submit" loading={test.isPending}>
              {t(ready ? "next" : "connect")}
            </Button>
          </span>
        </div>
      </form>
    </Section>
  );
}

interface DetailsStepProps {
  connection: ConnectionValues;
  /** it answered; else it is saved under maintenance */
  asked: boolean;
  onBack: () => void;
  onRefused: (errors: Record<string, string>) => void;
}

function DetailsStep({ connection, asked, onBack, onRefused }: DetailsStepProps) {
  const t = useTranslations("hosts.new");
  const fields = useTranslations("hosts.details");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const regions = useQuery(trpc.compute.catalogAdmin.regions.list.queryOptions());
  const simulated = connection.type === "simulated";
  const form = useForm({
    initialValues: { name: nameFor(connection), location: "", vcpuRatio: 1, memoryReserveGb: simulated ? 0 : 2, storageReserveGb: simulated ? 0 : 20, vcpu: 16, memoryGb: 64, storageGb: 1_000 },
    validate: { name: (value) => (value.trim() === "" ? fields("nameMissing") : null), location: (value) => (value === "" ? fields("locationMissing") : null) },
  });
  const create = useMutation(
    trpc.compute.hosts.create.mutationOptions({
      onSuccess: (host) => {
        void queryClient.invalidateQueries(trpc.compute.hosts.pathFilter());
        router.push(`/admin/hosts/${host.id}`);
      },
      onError: (error) => {
        const errors = fieldErrors(error);
        form.setErrors(errors);
        const ofConnection = Object.keys(errors).filter((field) => !(field in form.values));
        if (ofConnection.length > 0) onRefused(errors);
      },
    }),
  );
  const submit = form.onSubmit((values) =>
    create.mutate({
      ...toConnection(connection),
      name: values.name.trim(),
      location: values.location,
      status: asked ? "active" : "maintenance",
      ...toLimits(values),
      ...(simulated ? { vcpu: values.vcpu, memoryMb: Math.round(values.memoryGb * 1024), storageGb: values.storageGb } : {}),
    }),
  );
  return (
    <Section title={t("steps.details")} description={asked ? undefined : t("asMaintenance")}>
      <form onSubmit={submit} noValidate>
        <div className={classes.fields}>
          <TextInput label={fields("name")} description={fields("nameHelp")} maxLength={64} autoComplete="off" data-autofocus {...form.getInputProps("name")} />
          <Select label={fields("location")} description={fields("locationHelp")} data={(regions.data?.data ?? []).map((region) => ({ value: region.id, label: region.name }))} {...form.getInputProps("location")} onChange={(value) => form.setFieldValue("location", value ?? "")} />
          {simulated && (
            <div className={classes.pair}>
              <NumberInput label={fields("vcpu")} min={1} max={4_096} allowDecimal={false} {...form.getInputProps("vcpu")} />
              <NumberInput label={fields("memoryGb")} min={1} max={65_536} {...form.getInputProps("memoryGb")} />
              <NumberInput label={fields("storageGb")} min={1} max={1_000_000} allowDecimal={false} {...form.getInputProps("storageGb")} />
            </div>
          )}
          <LimitFields inputProps={form.getInputProps} />
        </div>
        {create.error && <HostError error={create.error} title={t("notSaved")} />}
        <div className={classes.footer}>
          <Button variant="default" onClick={onBack} disabled={create.isPending}>
            {t("backStep")}
          </Button>
          <Button type="submit" loading={create.isPending || create.isSuccess}>
            {t(asked ? "submit" : "submitMaintenance")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

/** A proposal: what the host is called where it stands. */
function nameFor(connection: ConnectionValues): string {
  if (connection.type === "proxmox") return connection.node;
  return /^[a-z+]+:\/\/(?:[^@/]+@)?([^/:]+)/.exec(connection.uri)?.[1] ?? "";
}
