"use client";

import { SegmentedControl, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { OrganizationSelect } from "#components/admin/organization-select.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import type { MachineDetail } from "../types.ts";
import { CloneSource } from "./clone-source.tsx";
import { DetailsFields } from "./step-details.tsx";
import { WizardProgress } from "./wizard-progress.tsx";
import { WizardStepForm } from "./wizard-step.tsx";
import classes from "./wizard.module.css";

interface StartWizardProps {
  /** a machine to begin with a copy of */
  original: Pick<MachineDetail, "id" | "name" | "organizationId" | "organizationName"> | null;
}

/** The first question. From its answer on there is a draft, with an address of its own. */
export function StartWizard({ original }: StartWizardProps) {
  const t = useTranslations("machines.wizard");
  const { machines } = useTRPC();
  const router = useRouter();
  const { organization } = useViewer();
  const form = useForm({
    initialValues: { organizationId: original?.organizationId ?? organization.id, from: original ? "machine" : "nothing", source: original ? { id: original.id, name: original.name } : null, name: "", notes: "" },
    validate: {
      name: (value) => (value.trim() === "" ? t("steps.details.nameMissing") : null),
      source: (value, values) => (values.from === "machine" && value === null ? t("from.missing") : null),
    },
  });
  const onSuccess = ({ id }: { id: string }): void => router.push(`/admin/machines/${id}/setup?step=location`);
  const start = useMutation(machines.admin.start.mutationOptions({ onSuccess }));
  const clone = useMutation(machines.admin.clone.mutationOptions({ onSuccess }));
  const begin = form.onSubmit(({ organizationId, from, source, name, notes }) => {
    start.reset();
    clone.reset();
    if (from === "machine" && source) clone.mutate({ sourceId: source.id, organizationId, name, notes });
    else start.mutate({ organizationId, name, notes });
  });
  const { organizationId, from, source } = form.values;
  const under = [start, clone].some((each) => each.isPending || each.isSuccess);
  return (
    <>
      <PageHeader title={t("new")} back={{ href: "/admin/machines", label: t("machines") }} />
      <div className={classes.wizard}>
        <div className={classes.side}>
          <WizardProgress current="details" machine={null} onGo={() => {}} />
        </div>
        <WizardStepForm step="details" onBack={null} onNext={() => begin()} pending={under} error={start.error ?? clone.error}>
          <Stack gap="md" mb="md">
            <OrganizationSelect
              label={t("steps.details.organization")}
              description={t("steps.details.organizationHelp")}
              maw={520}
              value={organizationId}
              // Another organization's machines are not to be copied.
              onChange={(next) => next !== null && next !== organizationId && form.setValues({ organizationId: next, source: null })}
            />
            <div>
              <p id="start-from" className={classes.caption}>
                {t("from.title")}
              </p>
              <SegmentedControl
                size="sm"
                aria-labelledby="start-from"
                data={[
                  { value: "nothing", label: t("from.nothing") },
                  { value: "machine", label: t("from.existing") },
                ]}
                {...form.getInputProps("from")}
              />
              <p className={classes.note}>{t(from === "machine" ? "from.copied" : "from.fresh")}</p>
            </div>
            {from === "machine" && (
              <CloneSource key={organizationId} organizationId={organizationId} value={source?.id ?? null} chosenName={source?.name ?? null} onChange={(machine) => form.setFieldValue("source", machine)} error={form.errors["source"]?.toString()} />
            )}
          </Stack>
          <DetailsFields form={form} />
        </WizardStepForm>
      </div>
    </>
  );
}
