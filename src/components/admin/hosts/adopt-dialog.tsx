"use client";

import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { OrganizationSelect } from "#components/admin/organization-select.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { VM_NAME } from "#shared/compute/names.ts";
import formClasses from "#components/form/form.module.css";
import { HostError } from "./host-error.tsx";
import type { Finding } from "./types.ts";

/** Gives a found VM to a customer: whose it is, in which project, at which plan's price. */
export function AdoptDialog({ finding, onClose }: { finding: Finding; onClose: () => void }) {
  const t = useTranslations("hosts.adopt");
  const common = useTranslations("common.actions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const required = (value: string) => (value === "" ? t("required") : null);
  const form = useForm({
    initialValues: { organizationId: "", projectId: "", planId: "", imageId: "", name: labelOf(finding.details.name ?? finding.ref) },
    validate: { organizationId: required, projectId: required, planId: required, imageId: required, name: (value) => (VM_NAME.test(value) ? null : t("nameInvalid")) },
  });
  const { organizationId } = form.values;
  const choices = useQuery(trpc.compute.hosts.adoptChoices.queryOptions(organizationId === "" ? skipToken : { organizationId }));
  const adopt = useMutation(
    trpc.compute.hosts.adopt.mutationOptions({
      onSuccess: () => {
        notify.done(t("done", { name: form.values.name }));
        void queryClient.invalidateQueries(trpc.compute.hosts.pathFilter());
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    }),
  );
  const options = (rows: readonly { id: string; name: string }[] | undefined) => (rows ?? []).map((row) => ({ value: row.id, label: row.name }));
  return (
    <Modal opened onClose={onClose} title={t("title", { name: finding.details.name ?? finding.ref })} size="md">
      <form className={formClasses.form} noValidate onSubmit={form.onSubmit((values) => adopt.mutate({ id: finding.id, ...values }))}>
        <p>{t("text")}</p>
        <OrganizationSelect
          label={t("organization")}
          data-autofocus
          value={organizationId === "" ? null : organizationId}
          error={form.errors["organizationId"]}
          onChange={(id) => form.setValues({ organizationId: id ?? "", projectId: "" })}
        />
        <Select label={t("project")} description={t("projectHelp")} disabled={organizationId === ""} data={options(choices.data?.projects)} {...form.getInputProps("projectId")} onChange={(value) => form.setFieldValue("projectId", value ?? "")} />
        <Select label={t("plan")} description={t("planHelp")} disabled={organizationId === ""} data={options(choices.data?.plans)} {...form.getInputProps("planId")} onChange={(value) => form.setFieldValue("planId", value ?? "")} />
        <Select label={t("image")} description={t("imageHelp")} disabled={organizationId === ""} data={options(choices.data?.images)} {...form.getInputProps("imageId")} onChange={(value) => form.setFieldValue("imageId", value ?? "")} />
        <TextInput label={t("name")} maxLength={63} spellCheck={false} autoComplete="off" {...form.getInputProps("name")} />
        {adopt.error && <HostError error={adopt.error} title={t("failed")} />}
        <div className={formClasses.actions}>
          <Button variant="default" onClick={onClose} disabled={adopt.isPending}>
            {common("cancel")}
          </Button>
          <Button type="submit" loading={adopt.isPending}>
            {t("submit")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** A proposal: the name on the host as a host name. */
function labelOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
}
