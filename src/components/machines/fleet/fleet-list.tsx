"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { FleetMachine } from "#shared/machines/fleet.ts";
import { fleetStateOf } from "#shared/machines/fleet-state.ts";
import { useStockRights } from "../stock/use-stock.ts";
import type { MachineSide } from "../use-machines.ts";
import { isLocated } from "./fleet.ts";
import { FleetMark } from "./fleet-mark.tsx";
import classes from "./fleet.module.css";

/** Of so many the list is quick; the others are found by the filters. */
const LISTED = 200;

interface FleetListProps {
  side: MachineSide;
  machines: readonly FleetMachine[];
  selected: string | null;
  /** only those without a place are listed */
  unlocated: boolean;
  onSelect: (id: string) => void;
  onClear: () => void;
}

/** The same as the map shows, in words: what needs somebody first. */
export function FleetList({ side, machines, selected, unlocated, onSelect, onClear }: FleetListProps) {
  const t = useTranslations("fleet");
  const { configure } = useStockRights(side);
  const places = side === "admin" && configure;
  return (
    <Section
      title={unlocated ? t("unlocatedTitle") : t("listTitle")}
      {...(unlocated ? { description: t(places ? "unlocatedHelp" : "unlocatedAsk"), actions: <Button size="xs" variant="default" onClick={onClear}>{t("clear")}</Button> } : {})}
      flush
    >
      {machines.length === 0 ? (
        <EmptyState title={t("noMatch")} action={<Button variant="default" onClick={onClear}>{t("clear")}</Button>} compact />
      ) : (
        <ul className={classes.list} tabIndex={-1}>
          {machines.slice(0, LISTED).map((machine) => {
            const state = fleetStateOf(machine);
            return (
              <li key={machine.id}>
                <button type="button" aria-pressed={machine.id === selected} onClick={() => onSelect(machine.id)}>
                  <FleetMark state={state} />
                  <span className={classes.name}>{machine.name}</span>
                  <span className={classes.dim}>{t(`states.${state}`)}</span>
                </button>
                {places && !isLocated(machine) && <TextLink href={`/admin/machines/${machine.id}/setup?step=location`}>{t("addLocation")}</TextLink>}
              </li>
            );
          })}
          {machines.length > LISTED && <li className={classes.rest}>{t("more", { count: machines.length - LISTED })}</li>}
        </ul>
      )}
    </Section>
  );
}
