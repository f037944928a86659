"use client";

import { Button } from "@mantine/core";
import { IconFridge, IconMapPinOff } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useCallback, useDeferredValue, useMemo } from "react";
import type { MapMarker } from "#components/map/map-markers.ts";
import { WorldMap } from "#components/map/world-map.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import type { FleetMachine } from "#shared/machines/fleet.ts";
import { FLEET_STATES, type FleetState } from "#shared/machines/fleet-state.ts";
import type { MachineSide } from "../use-machines.ts";
import { countStates, FLEET_TONES, fleetMarkers, isLocated, matching } from "./fleet.ts";
import { FleetFilterBar } from "./fleet-filter-bar.tsx";
import { FleetList } from "./fleet-list.tsx";
import classes from "./fleet.module.css";
import { MachineCard } from "./machine-card.tsx";
import { useFleetFilters } from "./use-fleet-filters.ts";
import { useLiveFleet } from "./use-fleet.ts";
import { ViewSwitch } from "./view-switch.tsx";

/** So that on a phone there is something of the list to be seen, and on a large screen the map is large. */
const MAP_HEIGHT = "clamp(320px, 58vh, 720px)";

/** The machines where they stand, as they are now; beside the map the same as a list. */
export function FleetMap({ side }: { side: MachineSide }) {
  const t = useTranslations("fleet");
  const filters = useFleetFilters();
  const query = useLiveFleet(side, filters.organization);
  const all = query.data?.data;
  return (
    <>
      <PageHeader title={t("title")} actions={<ViewSwitch side={side} current="map" />} />
      <FleetFilterBar side={side} filters={filters} counts={all && countStates(all)} />
      {query.error && !all ? (
        <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} />
      ) : !all ? (
        <Section flush>
          <TableSkeleton rows={10} />
        </Section>
      ) : all.length === 0 ? (
        <Section flush>
          <EmptyState icon={<IconFridge />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        </Section>
      ) : (
        <Fleet side={side} machines={all} total={query.data?.total ?? 0} filters={filters} />
      )}
    </>
  );
}

interface FleetProps {
  side: MachineSide;
  machines: readonly FleetMachine[];
  total: number;
  filters: ReturnType<typeof useFleetFilters>;
}

function Fleet({ side, machines, total, filters }: FleetProps) {
  const t = useTranslations("fleet");
  const { state, q, unlocated, machine, set } = filters;
  // What is typed and pressed comes first; of thousands of markers the picture may follow a moment later.
  const filter = useDeferredValue(useMemo(() => ({ state, q, unlocated }), [state, q, unlocated]));
  const shown = useMemo(() => matching(machines, filter), [machines, filter]);
  const markers = useMemo(() => fleetMarkers(shown, ({ name }, is) => t("marker", { name, state: t(`states.${is}`) })), [shown, t]);
  const groupLabel = useCallback((group: readonly MapMarker[]) => t("group", { count: group.length, parts: partsOf(group).map(([is, count]) => t("stateCount", { state: t(`states.${is}`), count })).join(", ") }), [t]);
  const nowhere = useMemo(() => machines.filter((each) => !isLocated(each)).length, [machines]);
  const select = useCallback((id: string) => set({ machine: id }), [set]);
  return (
    <div className={classes.page}>
      <div className={classes.notices}>
        {total > machines.length && <Notice tone="warn" title={t("limited", { count: machines.length })} />}
        {nowhere > 0 && !unlocated && (
          <Notice
            tone="neutral"
            title={t("unlocated", { count: nowhere })}
            action={
              <Button size="xs" variant="default" onClick={() => set({ unlocated: true })}>
                {t("unlocatedShow")}
              </Button>
            }
          />
        )}
      </div>
      <div className={classes.columns}>
        <div className={classes.map}>
          {nowhere === machines.length ? (
            <Section flush>
              <EmptyState icon={<IconMapPinOff />} title={t("noneLocated")}>
                {t("noneLocatedText")}
              </EmptyState>
            </Section>
          ) : (
            <WorldMap label={t("mapLabel")} markers={markers} height={MAP_HEIGHT} groupLabel={groupLabel} onSelect={select} selected={machine} />
          )}
        </div>
        <div className={classes.aside}>
          {machine !== null && <MachineCard key={machine} side={side} id={machine} alerts={machines.find((each) => each.id === machine)?.alerts ?? 0} onClose={() => set({ machine: null })} />}
          <FleetList side={side} machines={shown} selected={machine} unlocated={unlocated} onSelect={select} onClear={filters.clear} />
        </div>
      </div>
    </div>
  );
}

/** How many of a group are in which state, by the marks they are drawn with. */
function partsOf(group: readonly MapMarker[]): [FleetState, number][] {
  return FLEET_STATES.flatMap((state): [FleetState, number][] => {
    const count = group.filter((marker) => marker.tone === FLEET_TONES[state]).length;
    return count > 0 ? [[state, count]] : [];
  });
}
