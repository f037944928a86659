"use client";

import { IconSelector } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ComponentProps } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import classes from "./project-menu.module.css";

/** The chosen project's name. */
export function ProjectButton(props: ComponentProps<"button">) {
  const t = useTranslations("shell.projectMenu");
  const { selected, projects } = useProjectChoice();
  const name = projects?.find((project) => project.id === selected)?.name ?? t("all");
  return (
    <button type="button" {...props} className={classes.target} aria-label={`${t("label")}: ${name}`}>
      <span>{name}</span>
      <IconSelector size={14} stroke={1.6} aria-hidden />
    </button>
  );
}

/** The project in the address, and all there are; asked for when one is chosen or when `always`. */
export function useProjectChoice(always = false) {
  const selected = useSearchParams().get("project");
  const { data } = useQuery(useTRPC().compute.projects.list.queryOptions({ limit: 100 }, { enabled: always || selected !== null }));
  return { selected, projects: data?.data };
}
