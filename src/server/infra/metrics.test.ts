import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestRuntime, type TestRuntime } from "../testing/runtime.ts";
import { createMetrics } from "./metrics.ts";
import { mqttCounts } from "./mqtt-counts.ts";

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

it("shows in one scrape what the database held at that scrape, read once", async () => {
  let readings = 0;
  let online = 2;
  const { registry } = createMetrics({
    db: rt.db,
    requestsInFlight: () => 1,
    sockets: () => 4,
    async totals() {
      readings += 1;
      return { operations: { running: 3 }, machines: { online }, eventsWaiting: 7, downlinksWaiting: 6, ledger: { findings: 2, checkedAt: new Date("2026-11-22T03:00:00Z") } };
    },
  });
  mqttCounts.stored += 12;
  mqttCounts.failed += 1;
  const first = await registry.metrics();
  for (const line of ['switchyard_machines{status="online"} 2', 'switchyard_operations{status="running"} 3', "switchyard_events_waiting 7", "switchyard_sockets 4", "switchyard_downlinks_waiting 6", 'switchyard_mqtt_messages_total{result="stored"} 12', 'switchyard_mqtt_downlinks_total{result="failed"} 1', "switchyard_mqtt_messages_held 0", "switchyard_ledger_findings 2", "switchyard_ledger_checked_timestamp_seconds 1795316400"]) expect(first).toContain(line);
  expect(readings).toBe(1);
  online = 5;
  expect(await registry.metrics()).toContain('switchyard_machines{status="online"} 5');
  expect(readings).toBe(2);
});
