"use client";

import { Button, Select } from "@mantine/core";
import { IconBellOff, IconChecks } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { DataTable } from "#components/table/data-table.tsx";
import bar from "#components/table/filter-bar.module.css";
import { FilterBar } from "#components/table/filter-bar.tsx";
import { NoMatch } from "#components/table/no-match.tsx";
import { SelectionBar } from "#components/table/selection-bar.tsx";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { SEVERITIES } from "#shared/machines/states.ts";
import { alertInput } from "./alert-input.ts";
import type { AlertSide } from "./types.ts";
import { useAlertActions, useAlertList, useMayAlert } from "./use-alerts.ts";
import { useAlertColumns } from "./use-alert-columns.tsx";

const AlertDialog = dynamic(() => import("./alert-dialog.tsx").then((module) => module.AlertDialog), { ssr: false });

/** Alerts that are open, or were: filters in the address, several acknowledged at once, one opened beside the list. */
export function AlertList({ side, tab }: { side: AlertSide; tab: "open" | "history" }) {
  const t = useTranslations("alerts.list");
  const words = useTranslations("alerts");
  const filters = useListFilters([]);
  const state = useTableState();
  const [severity, setSeverity] = useQueryState("severity", parseAsStringLiteral(SEVERITIES));
  const [shown, setShown] = useQueryState("alert", parseAsString);
  const [chosen, setChosen] = useState<string[]>([]);
  const may = useMayAlert(side) && tab === "open";
  const query = useAlertList(side, alertInput({ page: state.page, tab, severity, q: filters.q }));
  const columns = useAlertColumns(side, tab, (alert) => void setShown(alert.id));
  const { acknowledgeMany } = useAlertActions(side);
  const rows = query.data?.data;
  const firing = (rows ?? []).filter((alert) => chosen.includes(alert.id) && alert.state === "firing").map((alert) => alert.id);
  const clear = () => {
    filters.clear();
    void setSeverity(null);
  };
  return (
    <>
      <FilterBar filters={filters} searchLabel={t("search")}>
        <Select
          className={bar.choice ?? ""}
          aria-label={t("severity")}
          placeholder={t("allSeverities")}
          clearable
          data={SEVERITIES.map((value) => ({ value, label: words(`severities.${value}`) }))}
          value={severity}
          onChange={(value) => {
            void setSeverity(SEVERITIES.find((each) => each === value) ?? null);
            state.setPage(1);
          }}
        />
      </FilterBar>
      {may && chosen.length > 0 && (
        <SelectionBar label={t("bulk")} chosen={t("chosen", { count: chosen.length })} clearLabel={t("clear")} onClear={() => setChosen([])}>
          <Button
            size="xs"
            leftSection={<IconChecks size={14} aria-hidden />}
            disabled={firing.length === 0}
            loading={acknowledgeMany.isPending}
            onClick={() => acknowledgeMany.mutate({ ids: firing }, { onSuccess: () => setChosen([]) })}
          >
            {t("acknowledgeMany", { count: firing.length })}
          </Button>
        </SelectionBar>
      )}
      <Section flush>
        <DataTable
          label={t("label")}
          rows={rows}
          columns={columns}
          onRowClick={(alert) => void setShown(alert.id)}
          stale={query.isPlaceholderData}
          error={query.error}
          onRetry={() => void query.refetch()}
          state={state}
          {...(query.data ? { pagination: query.data.pagination } : {})}
          {...(may ? { selection: { ids: chosen, onChange: setChosen } } : {})}
          empty={
            filters.active || severity !== null ? (
              <NoMatch onClear={clear} />
            ) : (
              <EmptyState icon={<IconBellOff />} title={t(tab === "open" ? "noneOpen" : "noneEver")}>
                {t(tab === "open" ? "noneOpenText" : "noneEverText")}
              </EmptyState>
            )
          }
        />
      </Section>
      {shown !== null && <AlertDialog side={side} id={shown} onClose={() => void setShown(null)} />}
    </>
  );
}
