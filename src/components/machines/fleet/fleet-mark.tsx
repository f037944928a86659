import mapClasses from "#components/map/map.module.css";
import type { FleetState } from "#shared/machines/fleet-state.ts";
import { FLEET_TONES } from "./fleet.ts";
import classes from "./fleet.module.css";

/** The shape that stands for a state on the map. The word is always beside it. */
export function FleetMark({ state }: { state: FleetState }) {
  return (
    <span className={classes.mark} aria-hidden>
      <span className={mapClasses.mark} data-tone={FLEET_TONES[state]} />
    </span>
  );
}
