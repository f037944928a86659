"use client";

import { IconServer2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { RowLink, RowList } from "#components/ui/row-list.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { HOME_VMS } from "../home-limits.ts";
import { VmSize } from "../vm-size.tsx";
import { VmState } from "../vm-state.tsx";
import classes from "./home-vms.module.css";

/** The newest VMs, in short. */
export function HomeVms() {
  const t = useTranslations("vm.list");
  const query = useQuery(useTRPC().compute.vms.list.queryOptions({ limit: HOME_VMS }));
  if (query.error && !query.data) return <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact />;
  if (!query.data) return <TableSkeleton rows={4} />;
  if (query.data.data.length === 0) {
    return (
      <EmptyState icon={<IconServer2 />} title={t("empty")} action={<ButtonLink href="/vms/new" variant="default">{t("create")}</ButtonLink>} compact>
        {t("emptyText")}
      </EmptyState>
    );
  }
  return (
    <RowList>
      {query.data.data.map((vm) => (
        <RowLink key={vm.id} href={`/vms/${vm.id}`} className={classes.row}>
          <VmState vm={vm} />
          <span className={classes.words}>
            <span className={classes.name}>{vm.name}</span>
            <span className={classes.size}>
              <VmSize resources={vm.resources} />
            </span>
          </span>
          <span className={classes.price}>
            <Credits micro={vm.pricePerHour} perHour />
          </span>
        </RowLink>
      ))}
    </RowList>
  );
}
