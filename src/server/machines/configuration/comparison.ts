import { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { Configuration } from "#shared/machines/configuration.ts";
import { type ConfigPayload, UP_MESSAGES } from "#shared/machines/device.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { configurationMessage } from "./configuration.ts";
import { type ConfiguredMachine, findConfigured } from "./configuration-repository.ts";

const { error, heartbeat_seconds, timezone, slots } = UP_MESSAGES["cfg/rep"].shape;
/** A report as it is kept: what the device said, and the version it should have had at that moment. */
const storedReport = z.object({ error, heartbeat_seconds, timezone, slots, desired: z.number().int() });
type StoredReport = z.output<typeof storedReport>;
type Difference = Configuration["differences"][number];

/** What the machine should have against what it says that it has. @throws AppError NOT_FOUND */
export async function getConfiguration(rt: Runtime, scope: Scope, id: string): Promise<Configuration> {
  const machine = await findConfigured(rt.db.prisma, scope, id);
  if (!machine) throw notFound("machine");
  return compareConfiguration(machine);
}

function compareConfiguration(machine: ConfiguredMachine): Configuration {
  const { reportedVersion, reportedAt } = machine;
  const report = storedReport.safeParse(machine.reportedConfig).data;
  const known = report !== undefined && reportedVersion !== null && reportedAt !== null;
  const reported = known ? { version: reportedVersion, at: reportedAt.toISOString(), error: report.error ?? null } : null;
  const differences = known ? differencesOf(configurationMessage(machine), report) : [];
  return { state: stateOf(machine, known ? report : undefined, differences.length), version: machine.configVersion, reported, differences };
}

function stateOf(machine: ConfiguredMachine, report: StoredReport | undefined, differences: number): Configuration["state"] {
  if (machine.claimedAt === null) return "unclaimed";
  if (machine.reportedVersion === machine.configVersion) return differences > 0 ? "differs" : "current";
  // A refusal is of the version that was the newest then; a newer one may please it.
  return report?.error !== undefined && report.desired === machine.configVersion ? "refused" : "waiting";
}

function differencesOf(desired: ConfigPayload, report: StoredReport): Difference[] {
  const found: Difference[] = [];
  const compare = (slot: string | null, field: Difference["field"], wanted: string | null, said: string | null): void => {
    if (wanted !== said) found.push({ slot, field, desired: wanted, reported: said });
  };
  if (report.heartbeat_seconds !== undefined) compare(null, "heartbeat_seconds", String(desired.heartbeat_seconds), String(report.heartbeat_seconds));
  if (report.timezone !== undefined) compare(null, "timezone", desired.timezone, report.timezone);
  if (report.slots === undefined) return found;
  const said = new Map(report.slots.map((slot) => [slot.slot, slot]));
  for (const wanted of desired.slots) {
    const slot = said.get(wanted.slot);
    said.delete(wanted.slot);
    if (!slot) {
      compare(wanted.slot, "slot", wanted.slot, null);
      continue;
    }
    compare(wanted.slot, "product", wanted.sku, slot.sku);
    compare(wanted.slot, "price", wanted.price, slot.price);
    compare(wanted.slot, "capacity", String(wanted.capacity), String(slot.capacity));
  }
  for (const extra of said.keys()) compare(extra, "slot", null, extra);
  return found;
}
