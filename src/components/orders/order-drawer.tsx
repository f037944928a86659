"use client";

import { Button, Drawer, Skeleton } from "@mantine/core";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { OrderDetails } from "./order-details.tsx";
import { RefundOrderDialog } from "./refund-order-dialog.tsx";
import type { AdminOrderDetail } from "./types.ts";
import { useOrderWords } from "./use-order-words.ts";
import { useShownOrder } from "./use-shown-order.ts";

/** The order named in the address, of the organization's machines. Live while it is open. */
export function OrderDrawer() {
  const [id, show] = useShownOrder();
  const query = useQuery(useTRPC().machines.orders.get.queryOptions(id === null ? skipToken : { id }));
  return (
    <Frame order={query.data} error={query.error} opened={id !== null} onClose={() => void show(null)} onRetry={() => void query.refetch()}>
      {query.data && <OrderDetails order={query.data} admin={null} />}
    </Frame>
  );
}

/** The same of any organization's machines, with the way to give money back. */
export function AdminOrderDrawer() {
  const [id, show] = useShownOrder();
  const query = useQuery(useTRPC().machines.admin.orders.get.queryOptions(id === null ? skipToken : { id }));
  return (
    <Frame order={query.data} error={query.error} opened={id !== null} onClose={() => void show(null)} onRetry={() => void query.refetch()}>
      {query.data && <OrderDetails order={query.data} admin={query.data} actions={<RefundAction order={query.data} />} />}
    </Frame>
  );
}

interface FrameProps {
  order: { lines: readonly { name: string }[] } | undefined;
  error: unknown;
  opened: boolean;
  onClose: () => void;
  onRetry: () => void;
  children: React.ReactNode;
}

function Frame({ order, error, opened, onClose, onRetry, children }: FrameProps) {
  const t = useTranslations("orders");
  const words = useOrderWords();
  return (
    <Drawer opened={opened} onClose={onClose} title={order ? words.what(order) : t("untitled")} position="right" size="md">
      {order ? children : error ? <ErrorState error={error} title={t("loadFailed")} onRetry={onRetry} compact /> : <Skeleton height={260} />}
    </Drawer>
  );
}

function RefundAction({ order }: { order: AdminOrderDetail }) {
  const t = useTranslations("orders.refund");
  const may = useViewer().me.permissions.includes("platform:orders:refund");
  const [opened, setOpened] = useState(false);
  const left = order.refundable.credits !== "0" || order.refundable.minor > 0;
  const stuck = order.paymentState === "refund_failed" && order.capturedMinor === 0;
  if (!may || order.disputed || (!left && !stuck)) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t(stuck ? "again" : "action")}
      </Button>
      <RefundOrderDialog order={order} stuck={stuck} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}
