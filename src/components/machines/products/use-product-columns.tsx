"use client";

import { UnstyledButton } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import type { Column } from "#components/table/data-table.tsx";
import { Credits } from "#components/ui/credits.tsx";
import type { AssortmentItem } from "#shared/machines/assortment.ts";
import { SOLD_DAYS } from "#shared/machines/products.ts";
import { StockBar } from "../stock-bar.tsx";
import classes from "./products.module.css";

/** Columns of the product list. On phones: name with SKU, price. */
export function useProductColumns(onOpen: (product: AssortmentItem) => void): Column<AssortmentItem>[] {
  const t = useTranslations("products");
  const format = useFormatter();
  return [
    {
      key: "name",
      title: t("columns.name"),
      render: (product) => (
        <span className={classes.product}>
          <UnstyledButton className={classes.name} onClick={() => onOpen(product)}>
            {product.name}
          </UnstyledButton>
          {product.archived && <span className={classes.tag}>{t("status.archived")}</span>}
          <span className={classes.skuBelow}>{product.sku}</span>
        </span>
      ),
    },
    { key: "sku", title: t("columns.sku"), from: "sm", render: (product) => <span className={classes.sku}>{product.sku}</span> },
    {
      key: "price",
      title: t("columns.price"),
      align: "right",
      width: 110,
      render: (product) => (
        <span className={classes.price} title={product.ownPrices > 0 ? t("ownPrices", { count: product.ownPrices }) : undefined}>
          {product.ownPrices > 0 && (
            <span className={classes.own}>
              +{product.ownPrices}
              <span className={classes.said}>{t("ownPrices", { count: product.ownPrices })}</span>
            </span>
          )}
          <Credits micro={product.price} />
        </span>
      ),
    },
    {
      key: "where",
      title: t("columns.where"),
      align: "right",
      width: 170,
      from: "md",
      render: (product) => (product.machines === 0 ? <span className={classes.dim}>{t("nowhere")}</span> : `${t("machines", { count: product.machines })} · ${t("slots", { count: product.slots })}`),
    },
    { key: "stock", title: t("columns.stock"), align: "right", width: 126, from: "sm", render: (product) => <StockBar count={product.count} capacity={product.capacity} /> },
    { key: "sold", title: t("columns.sold", { days: SOLD_DAYS }), align: "right", width: 120, from: "md", render: (product) => (product.sold === 0 ? <span className={classes.dim}>0</span> : format.number(product.sold)) },
  ];
}
