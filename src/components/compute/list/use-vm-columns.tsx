"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useTRPC } from "#components/api/trpc.ts";
import type { Column } from "#components/table/data-table.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { Vm } from "../types.ts";
import { VmSize } from "../vm-size.tsx";
import { VmState } from "../vm-state.tsx";
import classes from "./use-vm-columns.module.css";

/** Columns of the VM list. On phones: state, name, cost. */
export function useVmColumns(): Column<Vm>[] {
  const t = useTranslations("vm.list");
  const projects = useQuery(useTRPC().compute.projects.list.queryOptions({ limit: 100 }));
  const projectName = (id: string) => projects.data?.data.find((project) => project.id === id)?.name ?? "";
  return [
    { key: "status", title: t("state"), width: 130, render: (vm) => <VmState vm={vm} /> },
    {
      key: "name",
      title: t("name"),
      render: (vm) => (
        <Link href={`/vms/${vm.id}`} className={classes.name} data-vm>
          {vm.name}
        </Link>
      ),
    },
    { key: "project", title: t("project"), from: "md", render: (vm) => projectName(vm.projectId) },
    { key: "size", title: t("size"), from: "sm", render: (vm) => <VmSize resources={vm.resources} /> },
    {
      key: "address",
      title: t("address"),
      from: "sm",
      render: (vm) => (vm.network.privateIp ? <CopyText value={vm.network.privateIp} label={t("address")} /> : <span className={classes.none}>{t("noAddress")}</span>),
    },
    { key: "price", title: t("price"), align: "right", width: 110, render: (vm) => <Credits micro={vm.pricePerHour} perHour /> },
    { key: "created", title: t("created"), align: "right", width: 120, from: "md", render: (vm) => <RelativeTime at={vm.createdAt} /> },
  ];
}
