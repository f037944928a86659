import type { Place } from "./projection.ts";
import { rounded } from "./place-input.ts";

/** Why a device does not tell where it is. */
export type PositionProblem = "insecure" | "unsupported" | "denied" | "unavailable" | "timeout";

export type PositionAnswer = { place: Place; accuracyM: number } | { problem: PositionProblem };

/** What of the browser is asked. */
export interface PositionSource {
  isSecureContext: boolean;
  navigator: { geolocation?: Pick<Geolocation, "getCurrentPosition"> | undefined };
}

const WAIT_MS = 15_000;
/** A position that the device found a moment ago does. */
const FRESH_MS = 30_000;

/** W3C Geolocation's codes. */
const PROBLEMS: Record<number, PositionProblem> = { 1: "denied", 2: "unavailable", 3: "timeout" };

/** Where this device is. Browsers tell it to pages of a secure origin alone (https, or this very computer), and after their user has agreed. */
export function devicePosition(source: PositionSource): Promise<PositionAnswer> {
  // Such a page is refused as if its user had refused: say what is the matter instead.
  if (!source.isSecureContext) return Promise.resolve({ problem: "insecure" });
  const { geolocation } = source.navigator;
  if (!geolocation) return Promise.resolve({ problem: "unsupported" });
  return new Promise((resolve) => {
    geolocation.getCurrentPosition(
      ({ coords }) => resolve({ place: rounded(coords), accuracyM: coords.accuracy }),
      (error) => resolve({ problem: PROBLEMS[error.code] ?? "unavailable" }),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: FRESH_MS },
    );
  });
}
