"use client";

import { Button, Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCurrentLocation } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { WizardControl } from "./use-wizard.ts";
import { WizardStepForm } from "./wizard-step.tsx";

interface Values {
  address: string;
  latitude: number | "";
  longitude: number | "";
  timezone: string;
}

const ZONES = Intl.supportedValuesOf("timeZone");

/** Where it stands. The browser's position helps an installer who stands in front of it. */
export function StepLocation({ wizard }: { wizard: WizardControl }) {
  const t = useTranslations("machines.wizard.steps.location");
  const { machine } = wizard;
  const [locating, setLocating] = useState<"no" | "yes" | "failed">("no");
  const form = useForm<Values>({
    initialValues: wizard.draft<Values>("location") ?? { address: machine.address, latitude: machine.latitude ?? "", longitude: machine.longitude ?? "", timezone: machine.address === "" && machine.timezone === "UTC" ? ownZone() : machine.timezone },
    onValuesChange: (values) => wizard.keep("location", values),
    validate: {
      latitude: (value, values) => (value === "" && values.longitude !== "" ? t("both") : null),
      longitude: (value, values) => (value === "" && values.latitude !== "" ? t("both") : null),
    },
  });
  const locate = (): void => {
    setLocating("yes");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.setValues({ latitude: round(coords.latitude), longitude: round(coords.longitude) });
        setLocating("no");
      },
      () => setLocating("failed"),
      { timeout: 10_000, enableHighAccuracy: true },
    );
  };
  const saved = (values: Values) => ({ ...values, latitude: values.latitude === "" ? null : values.latitude, longitude: values.longitude === "" ? null : values.longitude });
  return (
    <WizardStepForm
      step="location"
      onBack={() => wizard.go("details")}
      onNext={() => form.onSubmit((values) => wizard.save({ location: saved(values) }, "planogram"))()}
      pending={wizard.saving}
      error={wizard.error}
    >
      <Stack gap="md" maw={520}>
        <TextInput label={t("address")} description={t("addressHelp")} maxLength={200} autoComplete="off" data-autofocus {...form.getInputProps("address")} />
        <Group gap="sm" align="flex-start" wrap="wrap">
          <NumberInput label={t("latitude")} placeholder="52.5200" min={-90} max={90} decimalScale={6} hideControls w={140} {...form.getInputProps("latitude")} />
          <NumberInput label={t("longitude")} placeholder="13.4050" min={-180} max={180} decimalScale={6} hideControls w={140} {...form.getInputProps("longitude")} />
          <Button variant="default" mt={{ base: 0, xs: 24 }} leftSection={<IconCurrentLocation size={16} aria-hidden />} onClick={locate} loading={locating === "yes"}>
            {t("here")}
          </Button>
        </Group>
        {locating === "failed" && <p role="status">{t("notLocated")}</p>}
        <Select label={t("timezone")} description={t("timezoneHelp")} data={ZONES.includes(form.values.timezone) ? ZONES : [form.values.timezone, ...ZONES]} searchable allowDeselect={false} {...form.getInputProps("timezone")} />
      </Stack>
    </WizardStepForm>
  );
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Six decimals: a tenth of a metre. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
