"use client";

import { Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslations } from "next-intl";
import type { WizardControl } from "./use-wizard.ts";
import { WizardStepForm } from "./wizard-step.tsx";

interface Values {
  name: string;
  notes: string;
}

/** What it is called. */
export function StepDetails({ wizard }: { wizard: WizardControl }) {
  const t = useTranslations("machines.wizard");
  const { machine } = wizard;
  const form = useForm<Values>({
    initialValues: wizard.draft<Values>("details") ?? { name: machine.name, notes: machine.notes },
    onValuesChange: (values) => wizard.keep("details", values),
    validate: { name: (value) => (value.trim() === "" ? t("steps.details.nameMissing") : null) },
  });
  return (
    <WizardStepForm
      step="details"
      onBack={null}
      onNext={() => form.onSubmit((values) => wizard.save({ details: values }, "location"))()}
      pending={wizard.saving}
      error={wizard.error}
    >
      <DetailsFields form={form} />
    </WizardStepForm>
  );
}

/** Also the first screen of a machine that has no draft yet (start-wizard.tsx). */
export function DetailsFields({ form }: { form: { getInputProps: (field: "name" | "notes") => object } }) {
  const t = useTranslations("machines.wizard.steps.details");
  return (
    <Stack gap="md" maw={520}>
      <TextInput label={t("machineName")} description={t("nameHelp")} maxLength={64} required data-autofocus {...form.getInputProps("name")} />
      <Textarea label={t("notes")} description={t("notesHelp")} maxLength={500} autosize minRows={2} {...form.getInputProps("notes")} />
    </Stack>
  );
}
