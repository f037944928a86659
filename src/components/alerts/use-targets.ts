"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import type { AlertSide, Rule } from "./types.ts";

/** What a rule may be about, to choose from: all machines, a kind of machine (where kinds are known), one machine. */
export function useTargets(side: AlertSide, rule: Rule | null, machineId: string | null): { group: string; items: { value: string; label: string }[] }[] {
  const t = useTranslations("alerts.editor");
  const { machines } = useTRPC();
  const list = useQuery(side === "admin" ? machines.admin.list.queryOptions({ limit: 100 }) : machines.list.queryOptions({ limit: 100 }));
  const templates = useQuery(machines.admin.templates.queryOptions(undefined, { enabled: side === "admin" }));
  const names = new Map((list.data?.data ?? []).map((machine) => [machine.id, machine.name]));
  // What the rule is about stays there, whether or not it is among the first hundred.
  if (rule?.machine) names.set(rule.machine.id, rule.machine.name);
  else if (machineId !== null && !names.has(machineId)) names.set(machineId, machineId);
  const kinds = new Map((templates.data?.data ?? []).map((template) => [template.id, template.name]));
  if (rule?.template) kinds.set(rule.template.id, rule.template.name);
  return [
    { group: t("targets.all"), items: [{ value: "", label: t(side === "admin" ? "targets.everywhere" : "targets.own") }] },
    ...(kinds.size > 0 ? [{ group: t("targets.kind"), items: [...kinds].map(([id, label]) => ({ value: `template ${id}`, label })) }] : []),
    ...(names.size > 0 ? [{ group: t("targets.one"), items: [...names].map(([id, label]) => ({ value: `machine ${id}`, label })) }] : []),
  ];
}
