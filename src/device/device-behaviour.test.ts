import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigMessage } from "#shared/machines/device.ts";
import { Rig, until } from "./testing/rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.open();
  rig.claimed();
});
afterEach(async () => {
  await rig.close();
  expect(rig.wrong).toEqual([]);
});

function configuration(version: number, changes: Partial<ConfigMessage> = {}): ConfigMessage {
  const slot = { sku: "WATER", name: "Water", price: "1500000", capacity: 5, mechanism: "motor" as const, enabled: true, filled: 0 };
  return { v: 1, version, heartbeat_seconds: 30, timezone: "Asia/Seoul", slots: [{ ...slot, slot: "A1" }, { ...slot, slot: "B1", enabled: false }], ...changes };
}

describe("configuration", () => {
  it("is taken when it is newer, kept over a power cycle, and reported", async () => {
    const device = await rig.device();
    expect((await until(() => rig.all("cfg/rep")[0])).version).toBe(3);
    await rig.send("cfg", configuration(7), true);
    const report = await until(() => rig.all("cfg/rep").find((one) => one.version === 7));
    expect(report).toMatchObject({ heartbeat_seconds: 30, timezone: "Asia/Seoul", slots: [{ slot: "A1", sku: "WATER", capacity: 5, price: "1500000" }, { slot: "B1" }] });
    await device.powerCycle();
    await until(() => rig.all("cfg/rep").filter((one) => one.version === 7).length >= 2);
  });

  it("brings what people put in or took out: added once to what the device counts, however often it comes and whenever the power goes", async () => {
    const filled = (version: number, sum: number) => configuration(version, { slots: [{ ...configuration(version).slots[0], slot: "A1", filled: sum }] as ConfigMessage["slots"] });
    const device = await rig.device();
    const counts = () => rig.all("stock").at(-1)?.slots;
    for (const id of ["cmd_1", "cmd_2"]) {
      await rig.dispense(id);
      await until(() => rig.acks(id).includes("done"));
    }
    const sold = 2;
    expect(device.stored()?.stock["A1"]).toBe(5 - sold);
    // One thrown away, and then two put in while the device was away: it hears of the sum alone.
    await rig.send("cfg", filled(7, -1));
    await until(() => counts()?.[0]?.filled === -1);
    expect(counts()).toEqual([{ slot: "A1", count: 5 - sold - 1, filled: -1 }]);
    device.faults.powerCycleAt = "config.stored";
    await rig.send("cfg", filled(9, 1), true);
    await until(() => rig.all("cfg/rep").some((one) => one.version === 9) && counts()?.[0]?.filled === 1);
    expect(counts()).toEqual([{ slot: "A1", count: 5 - sold + 1, filled: 1 }]);
    expect(device.stored()).toMatchObject({ stock: { A1: 5 - sold + 1 }, filled: { A1: 1 } });
  });

  it("never brings more than fit, nor less than nothing", async () => {
    await rig.device();
    for (const [version, sum, count] of [[7, 40, 5], [8, 0, 0]] as const) {
      await rig.send("cfg", configuration(version, { slots: [{ ...configuration(version).slots[0], slot: "A1", filled: sum }] as ConfigMessage["slots"] }));
      await until(() => rig.all("stock").some((one) => one.slots.length === 1 && one.slots[0]?.filled === sum && one.slots[0].count === count));
    }
  });

  it("is discarded when it is older", async () => {
    const device = await rig.device();
    await rig.send("cfg", configuration(7));
    await until(() => device.stored()?.config?.version === 7);
    const before = rig.all("cfg/rep").length;
    await rig.send("cfg", configuration(6, { timezone: "UTC" }));
    await until(() => rig.all("cfg/rep").length > before);
    expect([rig.all("cfg/rep").at(-1)?.version, device.stored()?.config?.timezone]).toEqual([7, "Asia/Seoul"]);
  });

  it.each<[string, object | string, string]>([
    ["garbage", "garbage", "not JSON"],
    ["another shape", { v: 1, version: 9 }, "heartbeat_seconds"],
    ["a slot twice", configuration(9, { slots: [...configuration(9).slots, ...configuration(9).slots] }), "comes twice"],
    ["an unknown time zone", configuration(9, { timezone: "Mars/Olympus" }), "Mars/Olympus"],
  ])("is refused when it is %s, with the reason, and the old one stays", async (_what, payload, reason) => {
    await rig.device();
    await rig.send("cfg", payload);
    const report = await until(() => rig.all("cfg/rep").find((one) => one.error !== undefined));
    expect([report.version, report.error]).toEqual([3, expect.stringContaining(reason)]);
  });

  it("rules what is dispensed", async () => {
    const device = await rig.device();
    await rig.send("cfg", configuration(7));
    await until(() => device.stored()?.config?.version === 7);
    await rig.dispense("cmd_1", "B1");
    await rig.dispense("cmd_2", "A2");
    await until(() => rig.acks("cmd_2").length > 0);
    expect([rig.acks("cmd_1"), rig.acks("cmd_2")]).toEqual([["DISABLED"], ["UNKNOWN_SLOT"]]);
  });
});

describe("the connection", () => {
  it("comes back with a session of its own, hears commands again, and tells what was measured meanwhile", async () => {
    const device = await rig.device();
    device.goOffline(800);
    const will = await until(() => rig.all("status").find((one) => one.state === "offline"));
    await until(() => rig.all("status").filter((one) => one.state === "online").length === 2 && device.connected);
    const [first, , second] = rig.all("status");
    expect(will.session).toBe(first?.session);
    expect(second?.session).not.toBe(first?.session);
    await until(() => rig.all("tele").some((one) => (one.samples?.length ?? 0) > 0));
    await rig.dispense("cmd_1");
    await until(() => rig.acks("cmd_1").includes("done"));
    expect(rig.acks("cmd_1")).toEqual(["accepted", "done"]);
  });

  it("counts its messages up within a run, and every run has a name of its own", async () => {
    const device = await rig.device();
    await until(() => rig.all("tele").length > 3);
    await device.powerCycle();
    await until(() => rig.all("tele").length > 6);
    const boots = Map.groupBy(rig.said, (one) => one.message["boot"]);
    expect(boots.size).toBe(2);
    for (const said of boots.values()) {
      const seqs = said.map((one) => one.message["seq"]);
      expect(new Set(seqs).size).toBe(seqs.length);
    }
  });
});

describe("people at the machine", () => {
  it("buy of what there is plenty of, from the last slot of a product", async () => {
    rig.claimed({ config: { version: 3, heartbeat_seconds: 60, timezone: "UTC", slots: ["A1", "A2"].map((slot) => ({ slot, sku: "WATER", capacity: 5, count: 5, filled: 0 })) } });
    await rig.device({ sales: true, speed: 450 });
    const sold = await until(() => rig.all("event").filter((one) => one.type === "vend.completed").length >= 6 && rig.all("event").filter((one) => one.type === "vend.completed"), 15_000);
    expect(sold.slice(0, 6).map((one) => one.data?.["slot"])).toEqual(["A2", "A2", "A2", "A2", "A2", "A1"]);
    // Four are left for orders.
    const before = rig.all("event").length;
    await rig.dispense("cmd_1");
    await until(() => rig.acks("cmd_1").includes("done"));
    expect(rig.all("event").length).toBe(before);
  });

  it("fill it when little is left", async () => {
    rig.claimed({ config: { version: 3, heartbeat_seconds: 60, timezone: "UTC", slots: [{ slot: "A1", sku: "WATER", capacity: 16, count: 5, filled: 0 }] } });
    await rig.device({ sales: true, speed: 450 });
    await until(() => rig.all("stock").some((one) => one.source === "manual" && one.slots.some(({ slot, count }) => slot === "A1" && count === 16)));
    expect(rig.all("event").map((one) => one.type)).toEqual(expect.arrayContaining(["door.open", "door.closed"]));
  });

  it("do not come while an order is being served", async () => {
    rig.claimed({ config: { version: 3, heartbeat_seconds: 60, timezone: "UTC", slots: ["A1", "A2"].map((slot) => ({ slot, sku: "WATER", capacity: 5, count: 5, filled: 0 })) } });
    await rig.device({ sales: true, speed: 20 });
    await rig.dispense("cmd_1");
    await until(() => rig.acks("cmd_1").includes("done"));
    // A visit is due after 2.25 s; the quiet lasts 6 s.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(rig.all("event").filter((one) => one.type === "vend.completed")).toEqual([]);
  });
});
