"use client";

import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FLEET_STATES, type FleetState } from "#shared/machines/fleet-state.ts";
import { OrganizationSelect } from "../organization-select.tsx";
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
  const [typed, setTyped] = useState(filters.q);
  const search = useDebouncedCallback((q: string) => filters.set({ q: q || null }), 200);
  const { state, set } = filters;
  const total = counts && FLEET_STATES.reduce((sum, each) => sum + counts[each], 0);
  return (
    <div className={classes.bar} role="search">
      <TextInput
        className={classes.search}
        aria-label={t("search")}
        placeholder={t("search")}
        type="search"
        maxLength={100}
        leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value.trim());
        }}
      />
      {side === "admin" && <OrganizationSelect className={classes.owner} label={t("organization")} allLabel={t("allOrganizations")} value={filters.organization} onChange={(organization) => set({ organization, machine: null })} />}
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
