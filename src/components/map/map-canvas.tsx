"use client";

import { ActionIcon } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { IconMaximize, IconMinus, IconPlus } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { type MouseEvent, type ReactNode, useId, useRef } from "react";
import { scaleBar } from "./map-scale.ts";
import { pointAt } from "./map-view.ts";
import { MAP_UNITS, type Place, unproject } from "./projection.ts";
import { type MapControl, useMapView } from "./use-map-view.ts";
import { useMapGestures } from "./use-map-gestures.ts";
import { BORDERS_PATH, LAND_PATH } from "./world-outline.ts";
import classes from "./map.module.css";

const BUTTON_FACTOR = 2;
const SCALE_PX = 90;

interface MapCanvasProps {
  /** what it shows, for screen readers */
  label: string;
  height: number | string;
  /** what is to be seen at first */
  places: readonly Place[];
  /** a press on the map itself */
  onPress?: (place: Place) => void;
  /** what stands on it, placed by the control */
  children: (control: MapControl) => ReactNode;
}

/** Coasts and borders to move about in, with buttons and a scale. Drawn from an outline of its own: nobody else's server is asked. */
export function MapCanvas({ label, height, places, onPress, children }: MapCanvasProps) {
  const t = useTranslations("map");
  const keys = useId();
  const element = useRef<HTMLDivElement>(null);
  const { ref, width, height: pixels } = useElementSize();
  const control = useMapView({ width, height: pixels }, places);
  const gestures = useMapGestures(element, control);
  const { view, size } = control;
  const unit = view.scale / MAP_UNITS;
  const corner = { left: size.width / 2 - view.x * view.scale, top: size.height / 2 - view.y * view.scale };
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    if (gestures.wasDragged()) return;
    const box = event.currentTarget.getBoundingClientRect();
    onPress?.(unproject(pointAt(view, size, { left: event.clientX - box.left, top: event.clientY - box.top })));
  };
  return (
    <div className={classes.frame} style={{ height }}>
      <div
        ref={useMergedRef(element, ref)}
        className={classes.map}
        role="application"
        aria-label={label}
        aria-describedby={keys}
        tabIndex={0}
        data-pickable={onPress ? true : undefined}
        {...gestures.handlers}
        {...(onPress && { onClick })}
      >
        <svg className={classes.world} width="100%" height="100%" aria-hidden>
          <g transform={`translate(${corner.left} ${corner.top}) scale(${unit})`}>
            <path className={classes.land} d={LAND_PATH} />
            <path className={classes.borders} d={BORDERS_PATH} />
          </g>
        </svg>
        {width > 0 && children(control)}
        {gestures.unusedWheel > 0 && (
          <div key={gestures.unusedWheel} className={classes.hint} aria-hidden>
            {t("pressFirst")}
          </div>
        )}
      </div>
      <p id={keys} className={classes.unseen}>
        {t("keys")}
      </p>
      <div className={classes.buttons}>
        <ActionIcon variant="default" size={34} aria-label={t("zoomIn")} onClick={() => control.zoomBy(BUTTON_FACTOR)}>
          <IconPlus size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" size={34} aria-label={t("zoomOut")} onClick={() => control.zoomBy(1 / BUTTON_FACTOR)}>
          <IconMinus size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" size={34} aria-label={t("showAll")} onClick={control.reset}>
          <IconMaximize size={16} aria-hidden />
        </ActionIcon>
      </div>
      {width > 0 && <ScaleBar {...scaleBar(view, SCALE_PX)} />}
    </div>
  );
}

function ScaleBar({ metres, pixels }: { metres: number; pixels: number }) {
  const format = useFormatter();
  const [value, unit] = metres < 1000 ? [metres, "meter"] : [metres / 1000, "kilometer"];
  return (
    <div className={classes.scale} style={{ width: pixels }} aria-hidden>
      {format.number(value, { style: "unit", unit, unitDisplay: "short" })}
    </div>
  );
}
