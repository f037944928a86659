import type { z } from "zod";
import { type fleetOutput, MAX_FLEET } from "#shared/machines/fleet.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findFleet } from "./fleet-repository.ts";

/** All machines of a scope with where they stand and how they are, for a map. */
export async function getFleet(rt: Runtime, scope: Scope, input: { organizationId?: string | undefined } = {}): Promise<z.output<typeof fleetOutput>> {
  const rows = await findFleet(rt, scope === "platform" ? (input.organizationId ?? null) : scope.organizationId, MAX_FLEET);
  return { data: rows.map(({ total: _total, ...machine }) => machine), total: rows[0]?.total ?? 0 };
}
