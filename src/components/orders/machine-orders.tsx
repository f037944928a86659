"use client";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { CursorSection } from "#components/table/cursor-section.tsx";
import { DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { Section } from "#components/ui/section.tsx";
import { AdminOrderDrawer, OrderDrawer } from "./order-drawer.tsx";
import classes from "./orders.module.css";
import { useOrderColumns } from "./use-order-columns.tsx";
import { useShownOrder } from "./use-shown-order.ts";

const ORDERS = 20;

/** What was bought at a machine, for its organization or for administrators. */
export function MachineOrders({ side, machine }: { side: "customer" | "admin"; machine: { id: string } }) {
  return side === "admin" ? <OfAny machineId={machine.id} /> : <OfOwn machineId={machine.id} />;
}

function OfOwn({ machineId }: { machineId: string }) {
  const t = useTranslations("orders");
  const [, show] = useShownOrder();
  const columns = useOrderColumns((id) => void show(id));
  const query = useInfiniteQuery(useTRPC().machines.orders.list.infiniteQueryOptions({ machineId, limit: ORDERS }, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  const none = <p className={classes.none}>{t("noneMachine")}</p>;
  return (
    <>
      <CursorSection title={t("title")} description={t("machineText")} query={query} empty={none} more={t("more")}>
        {(orders) => <DataTable label={t("title")} rows={orders} columns={columns} onRowClick={(order) => void show(order.id)} empty={none} />}
      </CursorSection>
      <OrderDrawer />
    </>
  );
}

function OfAny({ machineId }: { machineId: string }) {
  const t = useTranslations("orders");
  const [, show] = useShownOrder();
  const state = useTableState();
  const columns = useOrderColumns((id) => void show(id));
  const query = useQuery(useTRPC().machines.admin.orders.list.queryOptions({ machineId, page: state.page }, { placeholderData: keepPreviousData }));
  return (
    <>
      <Section title={t("title")} description={t("machineText")} flush>
        <DataTable
          label={t("title")}
          rows={query.data?.data}
          columns={columns}
          onRowClick={(order) => void show(order.id)}
          stale={query.isPlaceholderData}
          error={query.error}
          onRetry={() => void query.refetch()}
          empty={<p className={classes.none}>{t("noneMachine")}</p>}
          state={state}
          {...(query.data ? { pagination: query.data.pagination } : {})}
        />
      </Section>
      <AdminOrderDrawer />
    </>
  );
}
