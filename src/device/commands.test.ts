import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PowerStep } from "./faults.ts";
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

describe("dispense", () => {
  it("accepts, turns the motor once, takes one from the slot and says how many are left", async () => {
    const device = await rig.device();
    await rig.dispense("cmd_1");
    const done = await until(() => rig.all("ack").find((ack) => ack.phase === "done"));
    expect(rig.acks("cmd_1")).toEqual(["accepted", "done"]);
    expect(done.data).toEqual({ slot: "A1", order: "ord_1", left: 4 });
    expect(device.turns).toEqual([{ id: "cmd_1", slot: "A1" }]);
    await until(() => rig.all("stock").some((stock) => stock.slots.length === 1 && stock.slots[0]?.count === 4));
    expect(device.stored()?.stock).toEqual({ A1: 4, A2: 5 });
  });

  it("repeats its answer to a command that it knows, and leaves the motor alone", async () => {
    const device = await rig.device();
    await rig.dispense("cmd_1");
    await until(() => rig.acks("cmd_1").includes("done"));
    await rig.dispense("cmd_1");
    await until(() => rig.acks("cmd_1").length === 3);
    await device.powerCycle();
    await rig.dispense("cmd_1");
    await until(() => rig.acks("cmd_1").length === 4);
    expect(rig.acks("cmd_1")).toEqual(["accepted", "done", "done", "done"]);
    expect(device.turns).toHaveLength(1);
  });

  it.each([
    ["a slot that it does not have", "UNKNOWN_SLOT", "Z9", {}],
    ["a slot whose motor jams", "JAM", "A1", { jam: new Set(["A1"]) }],
    ["a motor that does not turn", "MOTOR", "A1", { motorBroken: new Set(["A1"]) }],
    ["a sensor that sees nothing fall", "NO_DROP", "A1", { noDrop: true }],
  ])("fails with %s", async (_what, code, slot, faults) => {
    const device = await rig.device({ faults });
    await rig.dispense("cmd_1", slot);
    await until(() => rig.acks("cmd_1").includes(code));
    expect(device.stored()?.stock["A1"]).toBe(5);
    await rig.dispense("cmd_1", slot);
    await until(() => rig.acks("cmd_1").filter((said) => said === code).length === 2);
    expect(device.turns.length).toBeLessThanOrEqual(1);
  });

  it("is refused while another one runs, and stays refused", async () => {
    const device = await rig.device({ speed: 10 });
    await rig.dispense("cmd_1");
    await rig.dispense("cmd_2", "A2");
    await until(() => rig.acks("cmd_1").includes("done"));
    await rig.dispense("cmd_2", "A2");
    await until(() => rig.acks("cmd_2").length === 2);
    expect(rig.acks("cmd_2")).toEqual(["BUSY", "BUSY"]);
    expect(device.turns).toHaveLength(1);
  });

  it("is refused when the slot is empty", async () => {
    const device = await rig.device();
    for (let item = 1; item <= 6; item += 1) {
      await rig.dispense(`cmd_${item}`);
      await until(() => rig.acks(`cmd_${item}`).some((said) => said === "done" || said === "EMPTY"));
    }
    expect(rig.acks("cmd_6")).toEqual(["EMPTY"]);
    expect(device.turns).toHaveLength(5);
  });

  it("is refused after its time, by the server's clock, whatever the device's says", async () => {
    const device = await rig.device({ faults: { clockOffsetMs: 3_600_000 } });
    const now = Date.now();
    // An hour ahead by its own clock; the claim told it the server's, when its clock was right.
    await rig.dispense("cmd_late", "A1", { ts: now, exp: now + 20_000 });
    await until(() => rig.acks("cmd_late").includes("EXPIRED"));
    expect(device.turns).toEqual([]);
  });

  it("learns from commands that its clock is late", async () => {
    const device = await rig.device({ faults: { clockOffsetMs: -3_600_000 } });
    await rig.dispense("cmd_1");
    await until(() => rig.acks("cmd_1").includes("done"));
    // Sent ten minutes ago: by the device's clock that is fifty minutes from now.
    await rig.dispense("cmd_old", "A1", { ts: Date.now() - 600_000 });
    await until(() => rig.acks("cmd_old").length > 0);
    expect(rig.acks("cmd_old")).toEqual(["EXPIRED"]);
    expect(device.turns).toHaveLength(1);
  });

  it.each([
    ["command.received", [], "accepted"],
    ["command.stored", ["INTERRUPTED"], "INTERRUPTED"],
    ["command.accepted", ["accepted", "INTERRUPTED"], "INTERRUPTED"],
    ["motor.turned", ["accepted", "INTERRUPTED"], "INTERRUPTED"],
    ["result.stored", ["accepted", "done"], "done"],
    ["result.sent", ["accepted", "done"], "done"],
  ] as const)("survives a power cut at %s", async (step: PowerStep, said, again) => {
    const device = await rig.device({ faults: { powerCycleAt: step } });
    const before = device.bootId;
    await rig.dispense("cmd_1");
    await until(() => device.bootId !== before && device.connected);
    await until(() => rig.acks("cmd_1").length >= said.length);
    // It may say a result twice: it cannot know whether the broker has it.
    expect([...new Set(rig.acks("cmd_1"))]).toEqual(said);
    const heard = rig.acks("cmd_1").length;
    await rig.dispense("cmd_1");
    await until(() => rig.acks("cmd_1").length > heard);
    expect(rig.acks("cmd_1")[heard]).toBe(again);
    if (again === "accepted") await until(() => rig.acks("cmd_1").includes("done"));
    expect(device.turns.length).toBeLessThanOrEqual(1);
  });
});

describe("other commands", () => {
  it("reboots with a goodbye, and says that it did when it is back", async () => {
    const device = await rig.device();
    const before = device.bootId;
    await rig.command("cmd_1", "reboot");
    await until(() => rig.acks("cmd_1").includes("done"));
    expect(device.bootId).not.toBe(before);
    expect(rig.all("status").map(({ state, clean }) => [state, clean])).toEqual([["online", undefined], ["offline", true], ["online", undefined]]);
    await rig.command("cmd_1", "reboot");
    await until(() => rig.acks("cmd_1").length === 3);
    expect(rig.acks("cmd_1")).toEqual(["accepted", "done", "done"]);
  });

  it("identifies itself for as long as it is told", async () => {
    await rig.device();
    await rig.command("cmd_1", "identify", { seconds: 5 });
    await until(() => rig.acks("cmd_1").includes("done"));
    expect(rig.all("event").map((event) => event.type)).toContain("identify");
  });

  it("tests itself, and names the motors that are broken", async () => {
    const device = await rig.device();
    await rig.command("cmd_1", "self_test");
    await until(() => rig.acks("cmd_1").includes("done"));
    device.faults.motorBroken.add("A2");
    await rig.command("cmd_2", "self_test");
    const failed = await until(() => rig.all("ack").find((ack) => ack.id === "cmd_2" && ack.phase === "failed"));
    expect([failed.code, failed.data?.["motors"]]).toEqual(["MOTOR", "A2"]);
  });

  it("says what became of an earlier command, and that it does not know one", async () => {
    await rig.device({ faults: { dropAcks: 2 } });
    await rig.dispense("cmd_1");
    await until(() => rig.all("stock").length === 2);
    expect(rig.acks("cmd_1")).toEqual([]);
    await rig.command("cmd_2", "query", { id: "cmd_1" });
    const answer = await until(() => rig.all("ack").find((ack) => ack.id === "cmd_2"));
    expect([answer.phase, answer.data]).toEqual(["done", { id: "cmd_1", phase: "done" }]);
    expect(rig.acks("cmd_1")).toEqual(["done"]);
    await rig.command("cmd_3", "query", { id: "cmd_0" });
    await until(() => rig.acks("cmd_3").includes("UNKNOWN_ID"));
  });

  it("refuses a type that it does not know, arguments that do not fit, and takes no notice of garbage", async () => {
    await rig.device();
    await rig.send("cmd", "garbage");
    await rig.send("cmd", { v: 2, id: "cmd_0" });
    await rig.command("cmd_1", "dance");
    await rig.command("cmd_2", "identify", { seconds: 0 });
    await until(() => rig.acks("cmd_2").length > 0);
    expect([rig.acks("cmd_1"), rig.acks("cmd_2")]).toEqual([["UNKNOWN_TYPE"], ["FAILED"]]);
    expect(rig.all("ack").find((ack) => ack.id === "cmd_2")?.data?.["reason"]).toContain("args.seconds");
  });

  it("repeats its messages as the same, where it is told to", async () => {
    await rig.device({ faults: { repeatMessages: 1 } });
    const online = await until(() => rig.all("status").length === 2 && rig.all("status"));
    expect(online[0]).toEqual(online[1]);
  });
});

describe("rotate", () => {
  it("connects with the new password and then forgets the old one", async () => {
    const device = await rig.device();
    rig.passwords.add("second");
    await rig.command("cmd_1", "rotate", { password: "second" });
    await until(() => rig.acks("cmd_1").includes("done"));
    expect(rig.acks("cmd_1")).toEqual(["accepted", "done"]);
    expect([device.stored()?.claim?.mqtt.password, device.stored()?.nextPassword]).toEqual(["second", null]);
    rig.passwords.delete("first");
    await device.powerCycle();
    expect(device.connected).toBe(true);
  });

  it("goes on after a power cut between the two", async () => {
    const device = await rig.device({ faults: { powerCycleAt: "password.stored" } });
    rig.passwords.add("second");
    await rig.command("cmd_1", "rotate", { password: "second" });
    await until(() => rig.acks("cmd_1").includes("done"));
    expect(device.stored()?.claim?.mqtt.password).toBe("second");
  });

  it("keeps the old password when the broker never takes the new one", { timeout: 40_000 }, async () => {
    const device = await rig.device();
    await rig.command("cmd_1", "rotate", { password: "second" });
    await until(() => rig.acks("cmd_1").includes("FAILED"), 35_000);
    expect([device.stored()?.claim?.mqtt.password, device.stored()?.nextPassword]).toEqual(["first", null]);
  });
});
