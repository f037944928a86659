"use client";

import { useForm } from "@mantine/form";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { VM_NAME } from "#shared/compute/names.ts";
import type { Backup, Image, Plan } from "../types.ts";
import { type DiskSource, fits } from "./plan-cards.tsx";

export interface CreateDraft {
  image: string;
  /** id of a backup that the disk is made from; empty: from the image */
  backup: string;
  plan: string;
  region: string;
  projectId: string;
  sshKeys: string[];
  name: string;
  userData: string;
  /** empty: as the plan says */
  expireInDays: number | "";
}

interface Choices {
  images: readonly Image[];
  backups: readonly Backup[];
  plans: readonly Plan[];
  regions: readonly { id: string }[];
  /** the backup to begin with; empty: none chosen */
  backupId: string;
  /** the project to begin with; empty: none chosen */
  projectId: string;
  sshKeys: string[];
  /** how many VMs there are: the suggested name goes on from there */
  vmCount: number;
}

/** What has been chosen for a new VM. The name follows the image or the backup until somebody types one; image and region are the backup's when there is one. */
export function useCreateDraft(choices: Choices) {
  const t = useTranslations("vm.create");
  const imageOf = (slug: string) => choices.images.find((image) => image.slug === slug);
  const backupOf = (id: string) => choices.backups.find((backup) => backup.id === id);
  const planFor = (source: DiskSource | undefined) => choices.plans.find((plan) => fits(plan, source));
  const afterImage = (slug: string) => ({ image: slug, backup: "", name: `${imageOf(slug)?.family ?? "vm"}-${choices.vmCount + 1}`, source: sourceOfImage(imageOf(slug)) });
  const afterBackup = (backup: Backup) => ({ image: backup.templateId, backup: backup.id, region: backup.region, name: nameAfter(backup), source: sourceOf(backup) });
  const asked = backupOf(choices.backupId);
  const [first] = choices.images;
  const { source: firstSource, ...begin } = asked ? afterBackup(asked) : { region: choices.regions[0]?.id ?? "", ...afterImage(first?.slug ?? "") };
  const form = useForm<CreateDraft>({
    initialValues: { ...begin, plan: (planFor(firstSource) ?? choices.plans[0])?.slug ?? "", projectId: choices.projectId, sshKeys: choices.sshKeys, userData: "", expireInDays: "" },
    validateInputOnBlur: ["name"],
    validate: { name: (value) => (VM_NAME.test(value.trim()) ? null : t("nameInvalid")) },
  });
  const [named, setNamed] = useState(false);
  const backup = backupOf(form.values.backup);
  const plan = choices.plans.find((candidate) => candidate.slug === form.values.plan);
  const source = backup ? sourceOf(backup) : sourceOfImage(imageOf(form.values.image));
  const begun = ({ source: next, name, ...values }: Partial<CreateDraft> & { source: DiskSource | undefined }) => {
    form.setValues({ ...values, ...(named || name === undefined ? {} : { name }), ...(plan && fits(plan, next) ? {} : { plan: planFor(next)?.slug ?? "" }) });
  };
  return {
    form,
    /** of the backup too; undefined: it is no longer offered */
    image: imageOf(form.values.image),
    backup,
    source,
    plan: plan && fits(plan, source) ? plan : undefined,
    setImage: (slug: string) => begun(afterImage(slug)),
    setBackup: (chosen: Backup) => begun(afterBackup(chosen)),
    setName(name: string) {
      setNamed(name !== "");
      form.setFieldValue("name", name);
    },
  };
}

function sourceOf({ storageGb }: Backup): DiskSource {
  return { imageName: null, minStorageGb: storageGb };
}

function sourceOfImage(image: Image | undefined): DiskSource | undefined {
  return image && { imageName: image.name, minStorageGb: image.minStorageGb };
}

/** The VM's own name when it is gone; beside it another one. */
function nameAfter({ vmName, vmGone }: Backup): string {
  return vmGone ? vmName : `${vmName.slice(0, 61)}-2`;
}
