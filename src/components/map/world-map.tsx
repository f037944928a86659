"use client";

import { Skeleton } from "@mantine/core";
import dynamic from "next/dynamic";
import type { MarkerMapProps } from "./marker-map.tsx";

const Lazy = dynamic(() => import("./marker-map.tsx").then((module) => module.MarkerMap), { ssr: false });

/**
 * Markers on a map of the world, to be moved by pointer, fingers, wheel and keys. Its outline (75 KB compressed) is fetched when the first map is shown. A map is never the only
 * way: give the same as a list or table beside it.
 */
export function WorldMap(props: MarkerMapProps) {
  const height = props.height ?? 420;
  return (
    <div style={{ minHeight: height, display: "grid" }}>
      <Skeleton height={height} style={{ gridArea: "1 / 1" }} />
      <div style={{ gridArea: "1 / 1", minWidth: 0 }}>
        <Lazy {...props} height={height} />
      </div>
    </div>
  );
}
