"use client";

import { IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { Section } from "#components/ui/section.tsx";
import classes from "./home-checklist.module.css";

/** A newcomer's three first steps, in order; it is gone when all are done, and for those who ever had a VM. */
export function HomeChecklist() {
  const t = useTranslations("vm.home");
  const trpc = useTRPC();
  const projects = useQuery(trpc.compute.projects.list.queryOptions({ limit: 1 }));
  const keys = useQuery(trpc.compute.sshKeys.list.queryOptions());
  const vms = useQuery(trpc.compute.vms.list.queryOptions({ limit: 1, includeGone: true }));
  if (!projects.data || !keys.data || !vms.data || vms.data.pagination.total > 0) return null;
  const steps = [
    { key: "project", href: "/projects?new=true", done: projects.data.pagination.total > 0 },
    { key: "key", href: "/ssh-keys?new=true", done: keys.data.data.length > 0 },
    { key: "vm", href: "/vms/new", done: false },
  ] as const;
  const next = steps.find((step) => !step.done);
  return (
    <Section title={t("checklist")} description={t("checklistText", { done: steps.filter((step) => step.done).length })} flush>
      <ol className={classes.steps}>
        {steps.map((step, index) => (
          <li key={step.key} className={classes.step} data-done={step.done || undefined} aria-current={step === next ? "step" : undefined}>
            <span className={classes.mark} aria-hidden>
              {step.done ? <IconCheck size={14} stroke={3} /> : index + 1}
            </span>
            <span className={classes.words}>
              <span className={classes.title}>
                {t(step.key)}
                {step.done && <span className={classes.said}> ({t("done")})</span>}
              </span>
              <span className={classes.text}>{t(`${step.key}Text`)}</span>
            </span>
            {!step.done && (
              <ButtonLink href={step.href} size="xs" variant={step === next ? "filled" : "default"}>
                {t(`${step.key}Action`)}
              </ButtonLink>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
