"use client";

import { Stack as Fields, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { errorBodyOf } from "#components/api/errors.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { estimate } from "#components/billing/forecast.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { MainAndAside, Rows } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import { VM_NAME } from "#shared/compute/names.ts";
import { userDataProblem } from "#shared/compute/user-data.ts";
import { formatCredits } from "#shared/credits.ts";
import { quotaAgainst } from "../quota/quota-bars.tsx";
import type { Backup, Image, Plan, Project, SshKey } from "../types.ts";
import classes from "./create.module.css";
import { CreateSummary } from "./create-summary.tsx";
import { OptionsFields } from "./options-fields.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { PlanCards } from "./plan-cards.tsx";
import { ProjectField } from "./project-field.tsx";
import { type Region, RegionCards } from "./region-cards.tsx";
import { SourceSection } from "./source-section.tsx";
import { SshKeyField } from "./ssh-key-field.tsx";
import { useCreateDraft } from "./use-create-draft.ts";

interface CreateVmProps {
  catalog: { plans: readonly Plan[]; images: readonly Image[]; regions: readonly Region[] };
  projects: readonly Project[];
  sshKeys: readonly SshKey[];
  /** those that can be restored, newest first */
  backups: readonly Backup[];
  /** from the address: the backup to make the VM from */
  backupId: string;
  vmCount: number;
  /** from the address: the project one came from */
  projectId: string;
}

/** One page to create a VM: what, how large, where, who gets in, its name; beside it what that costs. */
export function CreateVm({ catalog, projects, sshKeys, backups, backupId, vmCount, projectId }: CreateVmProps) {
  const t = useTranslations("vm.create");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { permissions } = useViewer().organization;
  const balance = useQuery(trpc.billing.balance.queryOptions());
  const quota = useQuery(trpc.compute.quota.queryOptions());
  const [onlyKey, ...otherKeys] = sshKeys;
  const draft = useCreateDraft({
    ...catalog,
    backups,
    backupId,
    vmCount,
    projectId: projects.find((project) => project.id === projectId)?.id ?? projects[0]?.id ?? "",
    sshKeys: onlyKey && otherKeys.length === 0 ? [onlyKey.id] : [],
  });
  const { form, image, backup, plan } = draft;
  const [created, setCreated] = useState<{ id: string; name: string; user: string; password: string } | null>(null);
  const create = useMutation(
    trpc.compute.vms.create.mutationOptions({
      onSuccess: (vm) => {
        setCreated({ id: vm.id, name: vm.name, user: image?.defaultUser ?? "", password: vm.password });
        router.prefetch(`/vms/${vm.id}`);
        void queryClient.invalidateQueries(trpc.compute.pathFilter());
        void queryClient.invalidateQueries(trpc.billing.pathFilter());
      },
      onError: (error) => {
        const wrongName = errorBodyOf(error)?.details?.find((detail) => detail.field === "name");
        if (wrongName) form.setFieldError("name", t("nameInvalid"));
      },
    }),
  );

  const cost = plan && balance.data ? estimate(balance.data, plan.pricePerHour) : undefined;
  const more = plan && { vms: 1, vcpu: plan.resources.cpu, memoryMb: plan.resources.memoryGb * 1024, storageGb: plan.resources.storageGb };
  const blocked = reasonAgainst();
  /** Why the VM can't be created yet, and the field that would change it. */
  function reasonAgainst(): { text: string; field?: string } | null {
    if (!permissions.includes("vm:create")) return { text: t("blocked.permission") };
    if (!draft.source || !plan) return { text: t("blocked.plan") };
    if (!form.values.projectId) return { text: t("blocked.project"), field: "vm-project" };
    if (!VM_NAME.test(form.values.name.trim())) return { text: t("blocked.name"), field: "vm-name" };
    if (form.values.userData !== "" && userDataProblem(form.values.userData)) return { text: t("blocked.userData"), field: "vm-user-data" };
    const over = quota.data && more ? quotaAgainst(quota.data, more) : null;
    if (over) return { text: t(`blocked.quota.${over}`) };
    if (cost?.needed) return { text: t("blocked.credits", { needed: formatCredits(cost.needed, 2), available: formatCredits(balance.data?.available ?? "0") }) };
    return null;
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (blocked) {
      if (blocked.field) document.getElementById(blocked.field)?.focus();
      return;
    }
    if (create.isPending || created) return;
    const { name, projectId: project, plan: planSlug, image: templateId, region, sshKeys: keys, userData, expireInDays } = form.values;
    const source = backup ? { backupId: backup.id } : { templateId };
    create.mutate({ ...source, name: name.trim(), projectId: project, plan: planSlug, region, sshKeys: keys, ...(userData === "" ? {} : { userData }), ...(expireInDays === "" ? {} : { expireInDays }) });
  };

  return (
    <form onSubmit={submit} noValidate>
      <MainAndAside>
        <Rows>
          <SourceSection images={catalog.images} backups={backups} image={form.values.image} backup={backup ?? null} missing={backupId !== "" && !backups.some(({ id }) => id === backupId)} onImage={draft.setImage} onBackup={draft.setBackup} />
          <Section title={t("plan")} description={t("planHelp")}>
            <PlanCards plans={catalog.plans} source={draft.source} value={form.values.plan} onChange={(slug) => form.setFieldValue("plan", slug)} />
          </Section>
          <Section title={t("region")} description={t("regionHelp")}>
            <RegionCards regions={catalog.regions} value={form.values.region} fixed={backup?.region ?? null} onChange={(region) => form.setFieldValue("region", region)} />
          </Section>
          <Section title={t("access")}>
            <SshKeyField keys={sshKeys} value={form.values.sshKeys} onChange={(keys) => form.setFieldValue("sshKeys", keys)} mayCreate={permissions.includes("sshkey:create")} />
          </Section>
          <Section title={t("where")}>
            <Fields gap="md">
              <ProjectField projects={projects} value={form.values.projectId} onChange={(id) => form.setFieldValue("projectId", id)} mayCreate={permissions.includes("project:create")} />
              <TextInput
                id="vm-name"
                label={t("name")}
                description={t("nameHelp")}
                autoComplete="off"
                spellCheck={false}
                maxLength={63}
                {...form.getInputProps("name")}
                onChange={(event) => draft.setName(event.currentTarget.value.toLowerCase().replaceAll(" ", "-"))}
              />
            </Fields>
          </Section>
          <OptionsFields
            plan={plan}
            userData={form.values.userData}
            onUserData={(text) => form.setFieldValue("userData", text)}
            expireInDays={form.values.expireInDays}
            onExpireInDays={(days) => form.setFieldValue("expireInDays", days)}
          />
        </Rows>
        <div className={classes.aside}>
          <CreateSummary
            from={backup ? t("backup.from", { name: backup.name, vm: backup.vmName }) : image?.name}
            plan={plan}
            regionName={catalog.regions.find((region) => region.id === form.values.region)?.name}
            projectName={projects.find((project) => project.id === form.values.projectId)?.name}
            name={form.values.name}
            estimate={cost}
            available={balance.data?.available}
            expireInDays={form.values.expireInDays === "" ? (plan?.expireInDays ?? null) : form.values.expireInDays}
            quota={quota.data}
            more={more}
            blocked={blocked?.text ?? null}
            pending={create.isPending}
          />
          {create.error && <ErrorState error={create.error} title={t("failed")} compact />}
        </div>
      </MainAndAside>
      <PasswordDialog created={created} onAcknowledged={() => created && router.push(`/vms/${created.id}`)} />
    </form>
  );
}
