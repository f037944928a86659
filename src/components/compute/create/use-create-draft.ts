"use client";

import { useForm } from "@mantine/form";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { VM_NAME } from "#shared/compute/names.ts";
import type { Image, Plan } from "../types.ts";
import { fits } from "./plan-cards.tsx";

export interface CreateDraft {
  image: string;
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
  plans: readonly Plan[];
  regions: readonly { id: string }[];
  /** the project to begin with; empty: none chosen */
  projectId: string;
  sshKeys: string[];
  /** how many VMs there are: the suggested name goes on from there */
  vmCount: number;
}

/** What has been chosen for a new VM. The name follows the image until somebody types one. */
export function useCreateDraft(choices: Choices) {
  const t = useTranslations("vm.create");
  const suggest = (slug: string) => `${choices.images.find((image) => image.slug === slug)?.family ?? "vm"}-${choices.vmCount + 1}`;
  const [image] = choices.images;
  const plan = choices.plans.find((candidate) => fits(candidate, image)) ?? choices.plans[0];
  const form = useForm<CreateDraft>({
    initialValues: { image: image?.slug ?? "", plan: plan?.slug ?? "", region: choices.regions[0]?.id ?? "", projectId: choices.projectId, sshKeys: choices.sshKeys, name: suggest(image?.slug ?? ""), userData: "", expireInDays: "" },
    validateInputOnBlur: ["name"],
    validate: { name: (value) => (VM_NAME.test(value.trim()) ? null : t("nameInvalid")) },
  });
  const [named, setNamed] = useState(false);
  const chosenImage = choices.images.find((candidate) => candidate.slug === form.values.image);
  const chosenPlan = choices.plans.find((candidate) => candidate.slug === form.values.plan);
  return {
    form,
    image: chosenImage,
    plan: chosenPlan,
    setImage(slug: string) {
      form.setFieldValue("image", slug);
      if (!named) form.setFieldValue("name", suggest(slug));
      const next = choices.images.find((candidate) => candidate.slug === slug);
      if (chosenPlan && !fits(chosenPlan, next)) form.setFieldValue("plan", choices.plans.find((candidate) => fits(candidate, next))?.slug ?? "");
    },
    setName(name: string) {
      setNamed(name !== "");
      form.setFieldValue("name", name);
    },
  };
}
