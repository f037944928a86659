"use client";

import { Popover } from "@mantine/core";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useMemo, useState } from "react";
import { GROUP_PX, groupMarkers, type MapMarker, type MarkerGroup } from "./map-markers.ts";
import { areTogether, screenOf, viewInto } from "./map-view.ts";
import { project } from "./projection.ts";
import type { MapControl } from "./use-map-view.ts";
import classes from "./map.module.css";

interface MarkerLayerProps {
  control: MapControl;
  markers: readonly MapMarker[];
  /** what a group is called, if markers are not to be called places */
  groupLabel?: ((markers: readonly MapMarker[]) => string) | undefined;
}

/** The markers, as shapes that say their state; those too near to each other as one with their number. */
export function MarkerLayer({ control, markers, groupLabel }: MarkerLayerProps) {
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
          {group.markers.length > 1 ? <Group group={group} label={labelOf(group)} control={control} /> : <Single marker={group.markers[0]} />}
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

function Single({ marker }: { marker: MapMarker | undefined }) {
  if (!marker) return null;
  const mark = <span className={classes.mark} data-tone={marker.tone} aria-hidden />;
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

function Group({ group, label, control }: { group: MarkerGroup; label: string; control: MapControl }) {
  const points = group.markers.map(project);
  const face = (
    <>
      <span className={classes.mark} data-tone={group.tone} aria-hidden />
      {group.markers.length}
    </>
  );
  if (!areTogether(points, GROUP_PX)) {
    return (
      <button type="button" className={classes.group} data-tone={group.tone} aria-label={label} onClick={() => control.show(viewInto(points, control.size))}>
        {face}
      </button>
    );
  }
  return (
    <Popover position="bottom" withArrow trapFocus shadow="md">
      <Popover.Target>
        <button type="button" className={classes.group} data-tone={group.tone} aria-label={label}>
          {face}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className={classes.list}>
          {group.markers.map((marker) => (
            <li key={marker.id}>
              <span className={classes.mark} data-tone={marker.tone} aria-hidden />
              {marker.href === undefined ? marker.label : <Link href={marker.href}>{marker.label}</Link>}
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
