"use client";

import { ActionIcon, Button, Switch } from "@mantine/core";
import { IconBellPlus, IconTrash } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import classes from "./alerts.module.css";
import { SeverityChip } from "./severity-chip.tsx";
import type { AlertSide, Rule } from "./types.ts";
import { useAlertActions, useMayAlert, useRules } from "./use-alerts.ts";
import { useAlertWords } from "./use-alert-words.ts";

/** The rules about the side's machines. An organization sees those of the platform and changes its own. */
export function RuleList({ side, onEdit }: { side: AlertSide; onEdit: (rule: Rule | "new") => void }) {
  const t = useTranslations("alerts.rules");
  const words = useAlertWords();
  const query = useRules(side);
  const { enable, remove } = useAlertActions(side);
  const [asked, setAsked] = useState<Rule | null>(null);
  const may = useMayAlert(side);
  const mayChange = (rule: Rule) => may && (side === "admin" || rule.organizationId !== null);
  const scope = (rule: Rule) => rule.machine?.name ?? rule.template?.name ?? t(rule.organizationId === null ? "everywhere" : "allMachines");
  const columns: Column<Rule>[] = [
    {
      key: "name",
      title: t("name"),
      render: (rule) => (
        <span className={classes.name}>
          {mayChange(rule) ? (
            <button type="button" className={classes.open} onClick={() => onEdit(rule)}>
              {rule.name}
            </button>
          ) : (
            <span className={classes.strong}>{rule.name}</span>
          )}
          <span className={classes.dim}>{words.condition(rule.condition)}</span>
        </span>
      ),
    },
    { key: "scope", title: t("scope"), from: "md", render: scope },
    { key: "severity", title: t("severity"), width: 120, from: "sm", render: (rule) => <SeverityChip severity={rule.severity} /> },
    { key: "open", title: t("open"), align: "right", width: 80, from: "sm", render: (rule) => rule.openAlerts },
    {
      key: "actions",
      title: "",
      align: "right",
      width: 112,
      render: (rule) => (
        <span className={classes.rowActions}>
          {mayChange(rule) ? (
            <>
              <Switch
                size="sm"
                checked={rule.enabled}
                disabled={enable.isPending}
                aria-label={t("enabledNamed", { name: rule.name })}
                onChange={(event) => enable.mutate({ id: rule.id, enabled: event.currentTarget.checked })}
              />
              <ActionIcon variant="subtle" color="gray" aria-label={t("deleteNamed", { name: rule.name })} onClick={() => setAsked(rule)}>
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </>
          ) : (
            <span className={classes.dim}>{t(rule.enabled ? "on" : "off")}</span>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <Section flush>
        <DataTable
          label={t("label")}
          rows={query.data?.data}
          columns={columns}
          error={query.error}
          onRetry={() => void query.refetch()}
          empty={
            <EmptyState icon={<IconBellPlus />} title={t("empty")} {...(may ? { action: <Button onClick={() => onEdit("new")}>{t("new")}</Button> } : {})}>
              {t("emptyText")}
            </EmptyState>
          }
        />
      </Section>
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={t("deleteTitle", { name: asked?.name ?? "" })}
        confirmLabel={t("delete")}
        danger
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => asked && remove.mutate({ id: asked.id }, { onSuccess: () => setAsked(null) })}
      >
        {t("deleteText", { count: asked?.openAlerts ?? 0 })}
      </ConfirmDialog>
    </>
  );
}
