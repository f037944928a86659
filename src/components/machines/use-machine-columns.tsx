"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import type { Column } from "#components/table/data-table.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import classes from "./machine-list.module.css";
import { StockBar } from "./stock-bar.tsx";
import { Temperature } from "./temperature.tsx";
import type { Machine } from "./types.ts";
import type { MachineSide } from "./use-machines.ts";

/** Columns of the machine list. On phones: name, state, temperature. */
export function useMachineColumns(side: MachineSide): Column<Machine>[] {
  const t = useTranslations("machines.list");
  return [
    {
      key: "name",
      title: t("name"),
      render: (machine) => (
        <span className={classes.name}>
          {machine.name}
          {machine.simulated && <span className={classes.tag}>{t("simulated")}</span>}
        </span>
      ),
    },
    {
      key: "status",
      title: t("state"),
      render: (machine) =>
        side === "admin" && machine.status === "draft" ? (
          <span className={classes.draft}>
            <StateChip status="draft" />
            <Link href={`/admin/machines/${machine.id}/setup`} className={classes.continue} aria-label={t("continueNamed", { name: machine.name })}>
              {t("continue")}
            </Link>
          </span>
        ) : (
          <StateChip status={machine.status} alarming />
        ),
    },
    ...(side === "admin" ? [{ key: "organization", title: t("organization"), from: "md" as const, render: (machine: Machine) => <span className={classes.cut}>{machine.organizationName}</span> }] : []),
    {
      key: "address",
      title: t("address"),
      from: "md",
      render: (machine) =>
        machine.address ? (
          <span className={classes.cut} title={machine.address}>
            {machine.address}
          </span>
        ) : (
          <span className={classes.dim}>{t("noAddress")}</span>
        ),
    },
    {
      key: "temperature",
      title: t("temperature"),
      align: "right",
      width: 84,
      render: (machine) => (
        <span className={machine.status === "online" ? undefined : classes.dim}>
          <Temperature celsius={machine.latest?.metrics["temp_c"]} />
        </span>
      ),
    },
    { key: "stock", title: t("stock"), align: "right", width: 126, from: "sm", render: (machine) => <StockBar {...machine.stock} /> },
    { key: "lastSeen", title: t("lastSeen"), align: "right", width: 104, from: "sm", render: (machine) => <RelativeTime at={machine.lastSeenAt} /> },
  ];
}
