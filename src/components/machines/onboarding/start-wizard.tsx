"use client";

import { Select } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { DetailsFields } from "./step-details.tsx";
import { WizardProgress } from "./wizard-progress.tsx";
import { WizardStepForm } from "./wizard-step.tsx";
import classes from "./wizard.module.css";

/** The first question. From its answer on there is a draft, with an address of its own. */
export function StartWizard() {
  const t = useTranslations("machines.wizard");
  const trpc = useTRPC();
  const router = useRouter();
  const { organization } = useViewer();
  const customers = useQuery(trpc.platform.customers.queryOptions({ limit: 100 }));
  const form = useForm({
    initialValues: { organizationId: organization.id, name: "", notes: "" },
    validate: { name: (value) => (value.trim() === "" ? t("steps.details.nameMissing") : null) },
  });
  const start = useMutation(trpc.machines.admin.start.mutationOptions({ onSuccess: (machine) => router.push(`/admin/machines/${machine.id}/setup?step=location`) }));
  const others = (customers.data?.data ?? []).filter((customer) => customer.organizationId !== organization.id);
  return (
    <>
      <PageHeader title={t("new")} back={{ href: "/admin/machines", label: t("machines") }} />
      <div className={classes.wizard}>
        <div className={classes.side}>
          <WizardProgress current="details" machine={null} onGo={() => {}} />
        </div>
        <WizardStepForm step="details" onBack={null} onNext={() => form.onSubmit((values) => start.mutate(values))()} pending={start.isPending || start.isSuccess} error={start.error}>
          <Select
            label={t("steps.details.organization")}
            description={t("steps.details.organizationHelp")}
            maw={520}
            mb="md"
            searchable
            allowDeselect={false}
            data={[
              { value: organization.id, label: organization.name },
              ...others.map((customer) => ({ value: customer.organizationId, label: `${customer.organizationName} · ${customer.email}` })),
            ]}
            {...form.getInputProps("organizationId")}
          />
          <DetailsFields form={form} />
        </WizardStepForm>
      </div>
    </>
  );
}
