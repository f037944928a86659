import { expect, it } from "vitest";
import type { RealtimeMessage } from "#server/infra/realtime.ts";
import { createLiveUpdates } from "./live-updates.ts";
import type { BatchEffects } from "./store-batch.ts";

const NOTHING: BatchEffects = { stored: 0, duplicates: 0, telemetry: [], stock: [], rejected: [], logs: [] };
const AT = new Date("2026-01-01T00:00:00Z");

it("tells the organization of readings also when something that is not for it came first", async () => {
  const sent: RealtimeMessage[] = [];
  const updates = createLiveUpdates({ publish: (message) => void sent.push(message) });
  const telemetry = { machineId: "m1", organizationId: "o1", at: AT, metrics: { temp_c: 1 } };
  updates.take({ ...NOTHING, telemetry: [telemetry] });
  updates.take({ ...NOTHING, logs: ["m1"] });
  updates.take({ ...NOTHING, telemetry: [{ ...telemetry, metrics: { temp_c: 2 } }] });
  await expect.poll(() => sent.length, { timeout: 5_000 }).toBe(3);
  updates.stop();
  expect(sent.slice(1)).toEqual([
    { rooms: ["machine:m1", "org:o1", "admin"], name: "machine.telemetry", data: { machineId: "m1", at: AT.toISOString(), metrics: { temp_c: 2 } } },
    { rooms: ["machine:m1"], name: "machine.log", data: { machineId: "m1" } },
  ]);
});
