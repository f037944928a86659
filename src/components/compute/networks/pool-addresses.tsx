"use client";

import { Drawer } from "@mantine/core";
import { IconNetwork } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { DataTable } from "#components/table/data-table.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import type { Pool } from "../catalog/types.ts";

/** Which VM has which address of a pool. Null: closed. */
export function PoolAddresses({ pool, onClose }: { pool: Pool | null; onClose: () => void }) {
  const t = useTranslations("catalog.network");
  return (
    <Drawer opened={pool !== null} onClose={onClose} title={pool && t("addressesOf", { name: pool.name })} position="right" size="xl">
      {pool && <Addresses key={pool.id} pool={pool} />}
    </Drawer>
  );
}

function Addresses({ pool }: { pool: Pool }) {
  const t = useTranslations("catalog.network");
  const words = useTranslations("catalog");
  // In the drawer, not in the address: the page behind it has the pages of its own list.
  const [page, setPage] = useState(1);
  const query = useQuery(useTRPC().compute.catalogAdmin.pools.addresses.queryOptions({ id: pool.id, page }, { placeholderData: keepPreviousData }));
  return (
    <DataTable
      label={t("addressesOf", { name: pool.name })}
      rows={query.data?.data.map((row) => ({ ...row, id: row.address }))}
      columns={[
        { key: "address", title: t("address"), render: (row) => <CopyText value={row.address} label={t("address")} /> },
        { key: "vm", title: t("vm"), render: (row) => row.vm?.name ?? t("resting") },
        { key: "state", title: words("state"), from: "sm", render: (row) => (row.vm ? <StateChip status={row.vm.status} /> : null) },
        { key: "since", title: t("since"), align: "right", from: "sm", render: (row) => <RelativeTime at={row.releasedAt ?? row.takenAt} /> },
      ]}
      stale={query.isPlaceholderData}
      error={query.error}
      onRetry={() => void query.refetch()}
      empty={
        <EmptyState icon={<IconNetwork />} title={t("noAddresses")} compact>
          {t("noAddressesText")}
        </EmptyState>
      }
      state={{ page, setPage, sort: null, setSort: () => {} }}
      {...(query.data ? { pagination: query.data.pagination } : {})}
    />
  );
}
