import type { z } from "zod";
import type { claimStatusOutput } from "#shared/machines/schema.ts";

export type ClaimStatus = z.infer<typeof claimStatusOutput>;

/** The stations of a claim, in order. */
export const STATIONS = ["waiting", "claimed", "connected"] as const;

/** How many stations are behind the machine; null: the code is dead. */
export function progressOf({ state }: Pick<ClaimStatus, "state">): number | null {
  if (state === "connected") return 3;
  if (state === "claimed") return 2;
  return state === "waiting" ? 1 : null;
}

/** Which words describe it: a machine that has connected may be offline again. */
export function claimWords({ state, online }: Pick<ClaimStatus, "state" | "online">): Exclude<ClaimStatus["state"], "connected"> | "connectedOnline" | "connectedOffline" {
  if (state !== "connected") return state;
  return online ? "connectedOnline" : "connectedOffline";
}

/** After how many milliseconds to look again; false: nothing will change. */
export function nextLook(status: Pick<ClaimStatus, "state"> | undefined): number | false {
  if (status === undefined || status.state === "waiting" || status.state === "claimed") return 4_000;
  return status.state === "connected" ? 10_000 : false;
}
