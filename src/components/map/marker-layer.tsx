"use client";

import { Popover } from "@mantine/core";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useEffect, useEffectEvent, useMemo, useState } from "react";
import { GROUP_PX, groupMarkers, type MapMarker, type MarkerGroup } from "./map-markers.ts";
import { areTogether, screenOf, viewInto } from "./map-view.ts";
import { project } from "./projection.ts";
import type { MapControl } from "./use-map-view.ts";
import classes from "./map.module.css";

/** One that is brought into view is shown at least this near. */
const NEAR_SCALE = 16_384;

interface MarkerLayerProps {
  control: MapControl;
  markers: readonly MapMarker[];
  /** what a group is called, if markers are not to be called places */
  groupLabel?: ((markers: readonly MapMarker[]) => string) | undefined;
  onSelect?: ((id: string) => void) | undefined;
  selected: string | null;
}

/** The markers, as shapes that say their state; those too near to each other as one with their number. */
export function MarkerLayer({ control, markers, groupLabel, onSelect, selected }: MarkerLayerProps) {
  const t = useTranslations("map");
  const { view, size } = control;
  const [named, setNamed] = useState<string | null>(null);
  // In steps, so that groups don't change at each turn of a wheel.
  const step = 2 ** (Math.round(Math.log2(view.scale) * 2) / 2);
  const groups = useMemo(() => groupMarkers(markers, step), [markers, step]);
  const labelOf = (group: MarkerGroup): string => (group.markers.length === 1 ? (group.markers[0]?.label ?? "") : (groupLabel?.(group.markers) ?? t("group", { count: group.markers.length })));
  const placed = groups
    .map((group) => ({ group, key: group.markers[0]?.id ?? "", at: screenOf(view, size, group) }))
    .filter(({ at }) => at.left > -GROUP_PX && at.left < size.width + GROUP_PX && at.top > -GROUP_PX && at.top < size.height + GROUP_PX);
  const bringIntoView = useEffectEvent((id: string) => {
    const group = groups.find((each) => each.markers.some((marker) => marker.id === id));
    const marker = group?.markers.find((each) => each.id === id);
    if (!group || !marker) return;
    const at = screenOf(view, size, project(marker));
    const seen = at.left > 0 && at.left < size.width && at.top > 0 && at.top < size.height;
    const apart = group.markers.length === 1 || areTogether(group.markers.map(project), GROUP_PX);
    if (!seen || !apart) control.show({ ...project(marker), scale: Math.max(view.scale, NEAR_SCALE) });
  });
  useEffect(() => {
    if (selected !== null) bringIntoView(selected);
  }, [selected]);
  const name = placed.find(({ key }) => key === named);
  return (
    <>
      {placed.map(({ group, key, at }) => (
        <div
          key={key}
          className={classes.marker}
          style={{ left: at.left, top: at.top }}
          onPointerEnter={() => setNamed(key)}
          onPointerLeave={() => setNamed(null)}
          onFocus={() => setNamed(key)}
          onBlur={() => setNamed(null)}
        >
          {group.markers.length > 1 ? <Group group={group} label={labelOf(group)} control={control} onSelect={onSelect} selected={selected} /> : <Single marker={group.markers[0]} onSelect={onSelect} selected={selected} />}
        </div>
      ))}
      {name && (
        <div className={classes.name} style={{ left: name.at.left, top: name.at.top }} data-below={name.at.top < 60 || undefined} data-side={sideOf(name.at.left, size.width)} aria-hidden>
          {labelOf(name.group)}
        </div>
      )}
    </>
  );
}

/** Which way a name grows, so that it does not leave the map. */
function sideOf(left: number, width: number): "start" | "middle" | "end" {
  if (left < width / 4) return "start";
  return left > (width * 3) / 4 ? "end" : "middle";
}

type Selection = Pick<MarkerLayerProps, "onSelect" | "selected">;

function Single({ marker, onSelect, selected }: Selection & { marker: MapMarker | undefined }) {
  if (!marker) return null;
  const mark = <span className={classes.mark} data-tone={marker.tone} aria-hidden />;
  if (onSelect) {
    return (
      <button type="button" className={classes.hit} aria-label={marker.label} aria-pressed={marker.id === selected} onClick={() => onSelect(marker.id)}>
        {mark}
      </button>
    );
  }
  return marker.href === undefined ? (
    <span className={classes.hit} role="img" aria-label={marker.label} tabIndex={0}>
      {mark}
    </span>
  ) : (
    <Link className={classes.hit} href={marker.href} aria-label={marker.label} draggable={false} prefetch={false}>
      {mark}
    </Link>
  );
}

function Group({ group, label, control, onSelect, selected }: Selection & { group: MarkerGroup; label: string; control: MapControl }) {
  const holds = group.markers.some((marker) => marker.id === selected);
  const points = group.markers.map(project);
  const face = (
    <>
      <span className={classes.mark} data-tone={group.tone} aria-hidden />
      {group.markers.length}
    </>
  );
  if (!areTogether(points, GROUP_PX)) {
    return (
      <button type="button" className={classes.group} data-tone={group.tone} data-holds={holds || undefined} aria-label={label} onClick={() => control.show(viewInto(points, control.size))}>
        {face}
      </button>
    );
  }
  return (
    <Popover position="bottom" withArrow trapFocus shadow="md">
      <Popover.Target>
        <button type="button" className={classes.group} data-tone={group.tone} data-holds={holds || undefined} aria-label={label}>
          {face}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className={classes.list}>
          {group.markers.map((marker) => (
            <li key={marker.id}>
              <span className={classes.mark} data-tone={marker.tone} aria-hidden />
              {onSelect ? (
                <button type="button" className={classes.choose} aria-pressed={marker.id === selected} onClick={() => onSelect(marker.id)}>
                  {marker.label}
                </button>
              ) : marker.href === undefined ? (
                marker.label
              ) : (
                <Link href={marker.href}>{marker.label}</Link>
              )}
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
