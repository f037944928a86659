"use client";

import { Alert, NumberInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslations } from "next-intl";
import type { WizardControl } from "./use-wizard.ts";
import { WizardStepForm } from "./wizard-step.tsx";

interface Values {
  kind: "wifi" | "ethernet" | "cellular";
  wifiSsid: string;
  heartbeatSeconds: number | string;
}

/** How it reaches the network. A Wi-Fi password never comes here: the installer's phone gives it to the device. */
export function StepNetwork({ wizard }: { wizard: WizardControl }) {
  const t = useTranslations("machines.wizard.steps.network");
  const { machine } = wizard;
  const locked = machine.claimedAt !== null;
  const form = useForm<Values>({
    initialValues: wizard.draft<Values>("network") ?? { kind: machine.networkKind, wifiSsid: machine.wifiSsid ?? "", heartbeatSeconds: machine.heartbeatSeconds },
    onValuesChange: (values) => wizard.keep("network", values),
    validate: {
      heartbeatSeconds: (value) => (typeof value === "number" && value >= 5 && value <= 3600 ? null : t("heartbeatRange")),
    },
  });
  const network = (values: Values) => ({ kind: values.kind, wifiSsid: values.kind === "wifi" && values.wifiSsid !== "" ? values.wifiSsid : null, heartbeatSeconds: Number(values.heartbeatSeconds) });
  return (
    <WizardStepForm
      step="network"
      onBack={() => wizard.go("planogram")}
      onNext={() => (locked ? wizard.go("label") : form.onSubmit((values) => wizard.save({ network: network(values) }, "label"))())}
      pending={wizard.saving}
      error={wizard.error}
    >
      <Stack gap="md" maw={520} align="flex-start">
        {locked && <Alert>{t("locked")}</Alert>}
        <SegmentedControl
          size="sm"
          aria-label={t("kind")}
          disabled={locked}
          data={(["wifi", "ethernet", "cellular"] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
          {...form.getInputProps("kind")}
        />
        {form.values.kind === "wifi" && (
          <TextInput label={t("ssid")} description={t("ssidHelp")} maxLength={32} w="100%" autoComplete="off" spellCheck={false} disabled={locked} {...form.getInputProps("wifiSsid")} />
        )}
        <NumberInput label={t("heartbeat")} description={t("heartbeatHelp")} min={5} max={3600} suffix=" s" w={220} allowDecimal={false} disabled={locked} {...form.getInputProps("heartbeatSeconds")} />
      </Stack>
    </WizardStepForm>
  );
}
