import { createHash } from "node:crypto";
import { sameChip } from "#shared/machines/chips.ts";
import type { MachineReason, RolloutTarget } from "#shared/machines/rollouts.ts";
import type { Firmware } from "#server/infra/prisma/client.ts";
import type { Candidate } from "./targets-repository.ts";

/** Why a machine is left out of a rollout of this firmware; null: it is not. */
export function leftOut(candidate: Candidate, firmware: Pick<Firmware, "project" | "chip" | "sizeBytes" | "secureVersion" | "version">): MachineReason | null {
  if (candidate.templateProject !== firmware.project) return "WRONG_PROJECT";
  const chip = candidate.chip ?? candidate.templateChip;
  if (chip === null || !sameChip(chip, firmware.chip)) return "WRONG_CHIP";
  if (candidate.otaSlotBytes === null || candidate.otaSlotBytes < firmware.sizeBytes) return "TOO_LARGE";
  if (candidate.firmwareVersion === firmware.version) return null;
  if (candidate.secureVersion !== null && candidate.secureVersion > firmware.secureVersion) return "SECURE_VERSION";
  if (candidate.rolledBack) return "ROLLED_BACK_BEFORE";
  return candidate.busy ? "OTHER_ROLLOUT" : null;
}

/**
 * Which step each machine comes in: 0 for the canary group, which is chosen by name, or counted with connected machines first; the rest in an order that is
 * random, and the same whenever it is asked for.
 */
export function assignSteps(rolloutId: string, machines: readonly Pick<Candidate, "id" | "online">[], canary: RolloutTarget["canary"], steps: readonly { percent: number }[]): Map<string, number> {
  const shuffled = machines.map(({ id, online }) => ({ id, online, rank: createHash("sha256").update(`${rolloutId}/${id}`).digest("hex") })).toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const named = "machineIds" in canary ? new Set(canary.machineIds) : null;
  const first = named ? shuffled.filter(({ id }) => named.has(id)) : shuffled.toSorted((a, b) => Number(b.online) - Number(a.online)).slice(0, "count" in canary ? canary.count : 0);
  const inFirst = new Set(first.map(({ id }) => id));
  const rest = shuffled.filter(({ id }) => !inFirst.has(id));
  const stepOf = new Map(first.map(({ id }) => [id, 0]));
  rest.forEach(({ id }, index) => {
    // The first step that reaches this far; the last one is 100 percent.
    stepOf.set(id, steps.findIndex(({ percent }) => index < Math.ceil((percent * rest.length) / 100)) + 1);
  });
  return stepOf;
}
