import { afterAll, beforeAll, expect, it } from "vitest";
import type { Runtime } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { cutBefore } from "../testing/cut-runtime.ts";
import { type FirmwareGround, firmwareGround } from "../testing/firmware-ground.ts";
import { runRollouts } from "./rollout-round.ts";
import { startRollout } from "./rollouts.ts";
import { describeRollout } from "./rollout-views.ts";

let rt: TestRuntime;
let ground: FirmwareGround;
beforeAll(async () => {
  rt = await createTestRuntime();
  ground = await firmwareGround(rt);
});
afterAll(() => rt.close());

it("goes on where it was, wherever between two statements its process was killed", { timeout: 300_000 }, async () => {
  const { firmware } = await ground.upload({ version: "3.0.0" });
  const machines = (await ground.machines(2)).map((machine) => machine.id);
  const [canary = ""] = machines;

  /** From the start to the end; the devices take what they are offered. Begun again it goes on. */
  const run = async (on: Runtime, id: string): Promise<void> => {
    if ((await describeRollout(rt, id)).status === "draft") await startRollout(on, ground.admin, id);
    for (let count = 0; count < 4; count += 1) {
      for (const machineId of machines) {
        for (const offer of await ground.offers(machineId)) {
          offers.push(`${machineId} ${offer.job.split("-")[1]}`);
          await ground.say(machineId, "installing", { job: offer.job });
          await ground.online(machineId, firmware.version);
        }
      }
      await runRollouts(on);
    }
  };
  let offers: string[] = [];

  const outcome = async (nth: number): Promise<{ died: boolean }> => {
    offers = [];
    for (const machineId of machines) await ground.online(machineId, "1.0.0");
    const id = await ground.rollout(firmware.id, { target: { machineIds: machines, canary: { machineIds: [canary] } }, steps: [{ percent: 100 }] });
    const killed = cutBefore(rt, nth);
    await run(killed.rt, id).catch((error: unknown) => expect(String(error)).toContain("killed"));
    if (killed.died()) await run(rt, id);
    const about = `killed before statement ${nth}`;
    expect(await describeRollout(rt, id), about).toMatchObject({ status: "completed", machines: { total: 2, succeeded: 2, open: 0 } });
    expect(offers.toSorted(), about).toEqual(machines.map((machineId) => `${machineId} 0`).toSorted());
    for (const machineId of machines) {
      const events = await rt.db.prisma.event.findMany({ where: { subject: machineId, type: "rollout.machine.changed" }, orderBy: { id: "asc" } });
      expect(events.map((event) => event.data as { rolloutId: string; state: string }).filter((data) => data.rolloutId === id).map((data) => data.state), about).toEqual(["offered", "installing", "succeeded"]);
    }
    expect((await rt.db.prisma.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: "asc" } })).map((entry) => entry.action), about).toEqual(["rollout.create", "rollout.start", "rollout.complete"]);
    return { died: killed.died() };
  };

  let cuts = 0;
  for (let nth = 1; (await outcome(nth)).died; nth += 1) cuts += 1;
  expect(cuts).toBeGreaterThan(60);
});
