"use client";

import { Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { LocationPicker } from "#components/map/location-picker.tsx";
import { placeProblems, type PlaceInput } from "#components/map/place-input.ts";
import type { WizardControl } from "./use-wizard.ts";
import { WizardStepForm } from "./wizard-step.tsx";

interface Values {
  address: string;
  place: PlaceInput;
  timezone: string;
}

const ZONES = Intl.supportedValuesOf("timeZone");

/** Where it stands. The browser's position helps an installer who stands in front of it. */
export function StepLocation({ wizard }: { wizard: WizardControl }) {
  const t = useTranslations("machines.wizard.steps.location");
  const { machine } = wizard;
  const [sent, setSent] = useState(false);
  const form = useForm<Values>({
    initialValues: wizard.draft<Values>("location") ?? {
      address: machine.address,
      place: { latitude: machine.latitude, longitude: machine.longitude },
      timezone: machine.address === "" && machine.timezone === "UTC" ? ownZone() : machine.timezone,
    },
    onValuesChange: (values) => wizard.keep("location", values),
  });
  const next = (): void => {
    setSent(true);
    const { address, place, timezone } = form.values;
    if (Object.keys(placeProblems(place)).length === 0) wizard.save({ location: { address, ...place, timezone } }, "planogram");
  };
  return (
    <WizardStepForm step="location" onBack={() => wizard.go("details")} onNext={next} pending={wizard.saving} error={wizard.error}>
      <Stack gap="md">
        <TextInput label={t("address")} description={t("addressHelp")} maw={520} maxLength={200} autoComplete="off" data-autofocus {...form.getInputProps("address")} />
        <LocationPicker label={t("place")} value={form.values.place} onChange={(place) => form.setFieldValue("place", place)} strict={sent} />
        <Select
          label={t("timezone")}
          description={t("timezoneHelp")}
          maw={520}
          data={ZONES.includes(form.values.timezone) ? ZONES : [form.values.timezone, ...ZONES]}
          searchable
          allowDeselect={false}
          {...form.getInputProps("timezone")}
        />
      </Stack>
    </WizardStepForm>
  );
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
