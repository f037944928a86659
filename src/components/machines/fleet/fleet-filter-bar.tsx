"use client";

import { useTranslations } from "next-intl";
import { OrganizationSelect } from "#components/admin/organization-select.tsx";
import { SearchField } from "#components/table/search-field.tsx";
import { FLEET_STATES, type FleetState } from "#shared/machines/fleet-state.ts";
import type { MachineSide } from "../use-machines.ts";
import { FleetMark } from "./fleet-mark.tsx";
import classes from "./fleet.module.css";
import type { useFleetFilters } from "./use-fleet-filters.ts";

interface FleetFilterBarProps {
  side: MachineSide;
  filters: ReturnType<typeof useFleetFilters>;
  counts: Record<FleetState, number> | undefined;
}

/** Above the map: name, organization, and the states with their numbers, which are the map's legend as well. */
export function FleetFilterBar({ side, filters, counts }: FleetFilterBarProps) {
  const t = useTranslations("fleet");
  const { state, set } = filters;
  const total = counts && FLEET_STATES.reduce((sum, each) => sum + counts[each], 0);
  return (
    <div className={classes.bar} role="search">
      <SearchField className={classes.search} label={t("search")} value={filters.q} onSearch={(q) => filters.set({ q: q || null })} />
      {side === "admin" && <OrganizationSelect className={classes.owner ?? ""} aria-label={t("organization")} placeholder={t("allOrganizations")} clearable value={filters.organization} onChange={(organization) => set({ organization, machine: null })} />}
      <div className={classes.states} role="group" aria-label={t("filter")}>
        <button type="button" aria-pressed={state === null} onClick={() => set({ state: null })}>
          {t("all")} <span>{total}</span>
        </button>
        {FLEET_STATES.map((each) => (
          <button key={each} type="button" aria-pressed={state === each} onClick={() => set({ state: state === each ? null : each })}>
            <FleetMark state={each} />
            {t(`states.${each}`)} <span>{counts?.[each]}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
