"use client";

import { Checkbox, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconFridge } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { Pager } from "#components/table/pager.tsx";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { MainAndAside } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { MAX_ROUTE } from "#shared/machines/refills.ts";
import type { LowStockItem } from "#shared/machines/stock.ts";
import { useStockProcedures, useStockRights } from "../stock/use-stock.ts";
import type { MachineSide } from "../use-machines.ts";
import { PickListSection } from "./pick-list-section.tsx";
import classes from "./refill.module.css";

const LIMIT = 20;

/** Which machines need somebody, and what to bring to those of a route. */
export function FleetRefill({ side }: { side: MachineSide }) {
  const t = useTranslations("stock.fleet");
  const notify = useNotify();
  const { stock } = useStockProcedures(side);
  const [page, setPage] = useState(1);
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search, 250);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const query = useQuery(stock.low.queryOptions({ page, limit: LIMIT, ...(asked ? { search: asked } : {}) }, { placeholderData: keepPreviousData }));
  const choose = (id: string, on: boolean): void => {
    if (on && chosen.length >= MAX_ROUTE) return notify.done(t("tooMany", { max: MAX_ROUTE }));
    setChosen(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  };
  const base = side === "admin" ? "/admin/machines" : "/machines";
  return (
    <>
      <PageHeader back={{ href: base, label: t("machines") }} title={t("title")} description={t("description")} />
      <MainAndAside>
        <Section
          title={t("machines")}
          flush
          actions={
            <TextInput
              aria-label={t("search")}
              placeholder={t("search")}
              size="xs"
              w={180}
              value={search}
              onChange={(event) => {
                setSearch(event.currentTarget.value);
                setPage(1);
              }}
            />
          }
        >
          {query.error && !query.data ? (
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          ) : !query.data ? (
            <TableSkeleton rows={5} />
          ) : query.data.data.length === 0 ? (
            <EmptyState icon={<IconFridge />} title={t("none")} compact>
              {t("noneText")}
            </EmptyState>
          ) : (
            <>
              <ul className={classes.machines}>
                {query.data.data.map((machine) => (
                  <li key={machine.machineId}>
                    <MachineRow side={side} base={base} machine={machine} chosen={chosen.includes(machine.machineId)} onChoose={(on) => choose(machine.machineId, on)} />
                  </li>
                ))}
              </ul>
              <Pager page={page} limit={LIMIT} total={query.data.pagination.total} onPage={setPage} />
            </>
          )}
        </Section>
        <PickListSection side={side} machineIds={chosen} title={t("route")} description={t("routeText", { count: chosen.length })} none={t("nothing")} />
      </MainAndAside>
    </>
  );
}

interface MachineRowProps {
  side: MachineSide;
  base: string;
  machine: LowStockItem;
  chosen: boolean;
  onChoose: (on: boolean) => void;
}

function MachineRow({ side, base, machine, chosen, onChoose }: MachineRowProps) {
  const t = useTranslations("stock.fleet");
  const rights = useStockRights(side);
  const { empty, low, uncertain, disabled, missing, firstEmptyDays, openRefill } = machine;
  return (
    <div className={classes.machine}>
      <Checkbox size="md" checked={chosen} onChange={(event) => onChoose(event.currentTarget.checked)} aria-label={t("choose", { name: machine.name })} />
      <div className={classes.what}>
        <Link href={`${base}/${machine.machineId}?tab=stock`}>{machine.name}</Link>
        <div className={classes.dim}>{[side === "admin" ? machine.organizationName : "", machine.address].filter(Boolean).join(" · ")}</div>
        <div className={classes.need}>
          {empty > 0 && <span data-tone="bad">{t("empty", { count: empty })}</span>}
          {low > 0 && <span data-tone="warn">{t("low", { count: low })}</span>}
          {uncertain > 0 && <span data-tone="warn">{t("uncertain", { count: uncertain })}</span>}
          {disabled > 0 && <span>{t("disabled", { count: disabled })}</span>}
          {empty + low === 0 && <span>{t("good")}</span>}
          {missing > 0 && <span>{t("missing", { count: missing })}</span>}
          {firstEmptyDays !== null && <span>{t("lasts", { days: firstEmptyDays })}</span>}
          {openRefill && <span data-tone="warn">{t("refilling", { name: openRefill.userName })}</span>}
        </div>
      </div>
      {rights.stock && (
        <ButtonLink href={`${base}/${machine.machineId}/refill`} variant="default">
          {t("refill")}
        </ButtonLink>
      )}
    </div>
  );
}
