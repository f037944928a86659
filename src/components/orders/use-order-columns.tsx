"use client";

import { UnstyledButton } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { Column } from "#components/table/data-table.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { OrderStateChip, PaymentStateChip } from "./order-state.tsx";
import classes from "./orders.module.css";
import type { Order } from "./types.ts";
import { useOrderWords } from "./use-order-words.ts";

/** The columns of a list of orders. @param open shows one of them */
export function useOrderColumns<T extends Order>(open: (id: string) => void): Column<T>[] {
  const t = useTranslations("orders.columns");
  const words = useOrderWords();
  return [
    {
      key: "what",
      title: t("what"),
      render: (order) => (
        <UnstyledButton className={classes.open} onClick={() => open(order.id)}>
          {words.what(order)}
        </UnstyledButton>
      ),
    },
    { key: "state", title: t("state"), render: (order) => <OrderStateChip order={order} /> },
    { key: "money", title: t("money"), from: "md", render: (order) => <PaymentStateChip state={order.paymentState} /> },
    { key: "amount", title: t("amount"), align: "right", render: (order) => <span className={classes.amount}>{words.amount(order, order.total, order.amountMinor)}</span> },
    { key: "when", title: t("when"), align: "right", width: 130, from: "sm", render: (order) => <RelativeTime at={order.createdAt} /> },
  ];
}
