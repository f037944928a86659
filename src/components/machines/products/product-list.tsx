"use client";

import { Button } from "@mantine/core";
import { IconPlus, IconTag } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useState } from "react";
import { OrganizationSelect } from "#components/admin/organization-select.tsx";
import { FilteredList } from "#components/table/filtered-list.tsx";
import { listInput } from "#components/table/list-input.ts";
import { SelectionBar } from "#components/table/selection-bar.tsx";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useTableState } from "#components/table/use-table-state.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import type { AssortmentItem } from "#shared/machines/assortment.ts";
import { PRODUCT_STATUSES } from "#shared/machines/products.ts";
import { useStockRights } from "../stock/use-stock.ts";
import type { MachineSide } from "../use-machines.ts";
import classes from "./products.module.css";
import { useProductColumns } from "./use-product-columns.tsx";
import { useProductList, useProductOwner } from "./use-products.ts";

const ProductDialog = dynamic(() => import("./product-dialog.tsx").then((module) => module.ProductDialog), { ssr: false });

/** What an organization's machines sell: found, changed, archived, and chosen for a change of many prices. */
export function ProductList({ side }: { side: MachineSide }) {
  const t = useTranslations("products");
  const filters = useListFilters(PRODUCT_STATUSES);
  const state = useTableState();
  const { organizationId, choose } = useProductOwner(side);
  const { configure } = useStockRights(side);
  const query = useProductList(side, organizationId, listInput({ page: state.page, status: filters.status, q: filters.q }));
  const [ids, setIds] = useState<string[]>([]);
  const [shown, setShown] = useState<AssortmentItem | "new" | null>(null);
  const columns = useProductColumns(setShown);
  const base = side === "admin" ? "/admin/machines" : "/machines";
  // Those of other pages are not seen, so they are not meant.
  const chosen = (query.data?.data ?? []).filter((product) => ids.includes(product.id)).map((product) => product.id);
  const whose = side === "admin" ? [["organization", organizationId]] : [];
  const pricesHref = (products: readonly string[]) => {
    const search = new URLSearchParams([...whose, ...(products.length > 0 ? [["products", products.join(",")]] : [])]).toString();
    return `${base}/products/prices${search === "" ? "" : `?${search}`}`;
  };
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setShown("new")}>
      {t("add")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t(side === "admin" ? "descriptionAdmin" : "description")}
        back={{ href: base, label: t("back") }}
        actions={
          configure && (
            <>
              <ButtonLink href={pricesHref([])} variant="default">
                {t("changePrices")}
              </ButtonLink>
              {add}
            </>
          )
        }
      />
      <FilteredList
        label={t("title")}
        query={query}
        columns={columns}
        filters={filters}
        state={state}
        searchLabel={t("search")}
        choices={side === "admin" && <OrganizationSelect className={classes.owner ?? ""} aria-label={t("organization")} value={organizationId} onChange={choose} />}
        statuses={PRODUCT_STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        onRowClick={setShown}
        {...(configure ? { selection: { ids: chosen, onChange: setIds } } : {})}
        bar={
          chosen.length > 0 && (
            <SelectionBar label={t("chosen", { count: chosen.length })} chosen={t("chosen", { count: chosen.length })} clearLabel={t("clearChosen")} onClear={() => setIds([])}>
              <ButtonLink href={pricesHref(chosen)} size="xs" variant="default">
                {t("changePrices")}
              </ButtonLink>
            </SelectionBar>
          )
        }
        empty={
          <EmptyState icon={<IconTag />} title={t("empty")} {...(configure ? { action: add } : {})}>
            {t(side === "admin" ? "emptyTextAdmin" : "emptyText")}
          </EmptyState>
        }
      />
      {shown !== null && <ProductDialog key={shown === "new" ? "new" : shown.id} side={side} organizationId={organizationId} product={shown === "new" ? null : shown} readOnly={!configure} onClose={() => setShown(null)} />}
    </>
  );
}
