"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { useStockProcedures } from "../stock/use-stock.ts";
import type { MachineSide } from "../use-machines.ts";
import classes from "./refill.module.css";

interface PickListSectionProps {
  side: MachineSide;
  machineIds: readonly string[];
  title: string;
  description: string;
  /** stands where there is nothing to bring */
  none: string;
}

/** What to bring, by product; over several machines with how much of it goes where. */
export function PickListSection({ side, machineIds, title, description, none }: PickListSectionProps) {
  const t = useTranslations("stock.fleet");
  const { refills } = useStockProcedures(side);
  const query = useQuery(refills.pickList.queryOptions({ machineIds: [...machineIds] }, { placeholderData: keepPreviousData, enabled: machineIds.length > 0 }));
  const list = machineIds.length > 0 ? query.data : undefined;
  const names = new Map(list?.machines.map((machine) => [machine.id, machine.name]));
  return (
    <Section title={title} description={description} flush>
      {query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} compact />
      ) : machineIds.length === 0 ? null : !list ? (
        <TableSkeleton rows={4} />
      ) : list.products.length === 0 ? (
        <p className={classes.none}>{none}</p>
      ) : (
        <ul className={classes.picks} aria-label={t("product")}>
          {list.products.map((product) => (
            <li key={product.productId} className={classes.pick}>
              <span>
                <strong>{product.name}</strong>
                <span className={classes.dim}>
                  {list.machines.length > 1
                    ? product.machines.map((part) => `${names.get(part.machineId) ?? ""} ${part.pieces}`).join(" · ")
                    : product.machines.flatMap((part) => part.slots.map((slot) => `${slot.slot} ${slot.pieces}`)).join(" · ")}
                </span>
              </span>
              <span className={classes.pieces} aria-label={t("pieces")}>{product.pieces}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
