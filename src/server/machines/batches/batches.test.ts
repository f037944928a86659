import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { batchOutput, batchPreviewOutput } from "#shared/machines/batches.ts";
import type { AppError } from "#shared/errors.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { getMachine, listMachines } from "../machines.ts";
import { discardDraft } from "../onboarding.ts";
import { seedMachineTemplates } from "../seed.ts";
import { cutBefore } from "../testing/cut-runtime.ts";
import { givenMachine, givenOrganization, TESTER } from "../testing/fixtures.ts";
import { createBatch, getBatch, listBatches, listBatchMachines, previewBatch } from "./batches.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedMachineTemplates(rt);
});
afterAll(() => rt.close());

const HEADER = "name,serial,address,latitude,longitude,template,clone_of,network,wifi_ssid";
const fileOf = (...rows: string[]) => `${[HEADER, ...rows].join("\n")}\n`;
const create = (organizationId: string, csv: string, more: { onlyGood?: boolean; fileName?: string } = {}) =>
  createBatch(rt, TESTER, { organizationId, csv, fileName: more.fileName ?? "machines.csv", onlyGood: more.onlyGood ?? false });
const problemsOf = async (organizationId: string, csv: string) => (await previewBatch(rt, { organizationId, csv })).problems.map(({ row, column, code }) => [row, column, code]);
const machinesOf = (organizationId: string) => rt.db.prisma.machine.findMany({ where: { organizationId }, include: { slots: true }, orderBy: { batchRow: "asc" } });
const refusalOf = (promise: Promise<unknown>) => promise.then(() => { throw new Error("was not refused"); }, (error: AppError) => ({ code: error.code, details: error.extras.details }));

describe("the machines of a file", () => {
  it("are made with all that the file says, with the slots of their template and empty", async () => {
    const organizationId = await givenOrganization(rt);
    await rt.db.prisma.organization.update({ where: { id: organizationId }, data: { timeZone: "Asia/Seoul" } });
    const batch = batchOutput.parse(await create(organizationId, fileOf('서울역 1번,SY-1,"세종대로 1, 1층",37.5547,126.9707,snack-6x8,,wifi,역 게스트', "Lobby,,,,,drinks-5x6,,ethernet,")));
    expect(batch).toMatchObject({ organizationId, organizationName: "Test & Sons", fileName: "machines.csv", rows: 2, skipped: 0, completed: true, machines: 2, claimed: 0, labelled: 0 });
    const [first, second] = await machinesOf(organizationId);
    expect(first).toMatchObject({ name: "서울역 1번", serial: "SY-1", address: "세종대로 1, 1층", latitude: 37.5547, longitude: 126.9707, status: "draft", wizardStep: "label", networkKind: "wifi", wifiSsid: "역 게스트", timezone: "Asia/Seoul", batchRow: 2, heartbeatSeconds: 60 });
    expect(first?.slots).toHaveLength(48);
    expect(first?.slots.every(({ count, productId, mechanism }) => count === 0 && productId === null && mechanism === "motor")).toBe(true);
    expect(first?.slots.find(({ code }) => code === "C3")).toMatchObject({ row: 3, column: 3, capacity: 10 });
    expect(second).toMatchObject({ name: "Lobby", serial: null, slug: "lobby", networkKind: "ethernet", wifiSsid: null, latitude: null });
    expect(second?.slots).toHaveLength(30);
    const audited = await rt.db.prisma.auditEntry.findMany({ where: { organizationId }, orderBy: { id: "asc" } });
    expect(audited.map(({ action, subjectId }) => [action, subjectId])).toEqual([["machine.batch.create", batch.id], ["machine.create", first?.id], ["machine.create", second?.id]]);
    expect(await rt.db.prisma.event.count({ where: { organizationId, type: "machine.created" } })).toBe(2);
    expect((await listBatchMachines(rt, { id: batch.id, page: 1, limit: 1 })).data).toEqual([{ id: first?.id, row: 2, name: "서울역 1번", serial: "SY-1", status: "draft", claimedAt: null, labelUntil: null }]);
  });

  it("copy another machine: its slots, products, prices, network and time zone, but not what is in it", async () => {
    const model = await givenMachine(rt, { name: "Model" });
    await rt.db.prisma.machine.update({ where: { id: model.id }, data: { timezone: "Europe/Berlin" } });
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: model.id, code: "A1" } }, data: { price: 2_500_000n, par: 6 } });
    await create(model.organizationId, fileOf("By name,,,,,,Model,,", `By id,,,,,,${model.id},,own`, "By address,,,,,,model,cellular,"));
    const copies = (await machinesOf(model.organizationId)).filter(({ id }) => id !== model.id);
    expect(copies.map(({ clonedFromId, templateId, timezone, heartbeatSeconds }) => ({ clonedFromId, templateId, timezone, heartbeatSeconds }))).toEqual(
      Array.from({ length: 3 }, () => ({ clonedFromId: model.id, templateId: model.templateId, timezone: "Europe/Berlin", heartbeatSeconds: 30 })),
    );
    expect(copies.map(({ networkKind, wifiSsid }) => [networkKind, wifiSsid])).toEqual([["wifi", null], ["wifi", "own"], ["cellular", null]]);
    for (const { slots } of copies) {
      expect(slots).toHaveLength(48);
      expect(slots.find(({ code }) => code === "A1")).toMatchObject({ productId: model.productId, price: 2_500_000n, par: 6, count: 0 });
    }
  });

  it("get slugs of their own, within the file and beside those that are there", async () => {
    const organizationId = await givenOrganization(rt);
    await create(organizationId, fileOf("Kiosk Sud,,,,,locker-24,,,", "Kiosk-Sud,,,,,locker-24,,,", "키오스크,,,,,locker-24,,,", "자판기,,,,,locker-24,,,"));
    await create(organizationId, fileOf("kiosk  sud,,,,,locker-24,,,"));
    const slugs = (await machinesOf(organizationId)).map(({ slug }) => slug);
    expect(new Set(slugs).size).toBe(5);
    expect(slugs.filter((slug) => /^kiosk-sud(-[0-9a-f]{8})?$/.test(slug))).toHaveLength(3);
  });
});

describe("a serial number", () => {
  it("is on the machine's page, finds it in the list, and is one machine's even when two files come at once", async () => {
    const organizationId = await givenOrganization(rt);
    const both = await Promise.allSettled(["A", "B"].map((name) => create(organizationId, fileOf(`${name},SY-77,,,,locker-24,,,`))));
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = both.find((each) => each.status === "rejected");
    expect(["CONFLICT", "INVALID_REQUEST"]).toContain(refused?.status === "rejected" ? (refused.reason as AppError).code : null);
    const { data } = await listMachines(rt, { organizationId }, { page: 1, limit: 20, search: "SY-77" });
    expect(data).toHaveLength(1);
    expect(await getMachine(rt, { organizationId }, data[0]?.id ?? "")).toMatchObject({ serial: "SY-77" });
  });
});

describe("a preview", () => {
  it("shows each row, and what is wrong where, and writes nothing", async () => {
    const model = await givenMachine(rt, { name: "Taken" });
    await rt.db.prisma.machine.update({ where: { id: model.id }, data: { serial: "SY-9" } });
    const empty = await rt.db.prisma.machine.create({ data: { ...machineRow(model.organizationId), name: "Empty" } });
    const stranger = await givenMachine(rt, { name: "Stranger" });
    const csv = fileOf(
      "Good,SY-1,Main St,37.5,127,snack-6x8,,,guest",
      "taken,,,,,snack-6x8,,,",
      "Other,SY-9,,,,snack-6x8,,,",
      "good,,,,,snack-6x8,,,",
      "Twice,SY-1,,,,snack-6x8,,,",
      "Unknown,,,,,snack-7x9,,,",
      `Foreign,,,,,,${stranger.id},,`,
      `Unfinished,,,,,,${empty.name},,`,
      "Nowhere,,,95,200,snack-6x8,,,",
    );
    expect(await problemsOf(model.organizationId, csv)).toEqual([
      [3, "name", "in_use"],
      [4, "serial", "in_use"],
      [5, "name", "twice"],
      [6, "serial", "twice"],
      [7, "template", "unknown_template"],
      [8, "clone_of", "unknown_machine"],
      [9, "clone_of", "no_slots"],
      [10, "latitude", "range"],
      [10, "longitude", "range"],
    ]);
    const preview = batchPreviewOutput.parse(await previewBatch(rt, { organizationId: model.organizationId, csv }));
    expect(preview).toMatchObject({ good: 1, wrong: 8, addedBefore: null });
    expect(preview.rows[0]).toEqual({ row: 2, name: "Good", serial: "SY-1", address: "Main St", latitude: 37.5, longitude: 127, source: "Snack machine, 6 × 8 spirals", networkKind: "wifi", wifiSsid: "guest", good: true });
    expect(preview.problems[0]?.message).toBe("is a machine's already: Taken");
    expect(await rt.db.prisma.machine.count({ where: { organizationId: model.organizationId } })).toBe(2);
  });

  it("gives a decommissioned machine's name and number free, and asks which of two machines is meant", async () => {
    const old = await givenMachine(rt, { name: "Old" });
    await rt.db.prisma.machine.update({ where: { id: old.id }, data: { serial: "SY-1", status: "decommissioned" } });
    expect(await problemsOf(old.organizationId, fileOf("Old,SY-1,,,,snack-6x8,,,"))).toEqual([]);
    for (const _ of [1, 2]) await givenMachine(rt, { organizationId: old.organizationId, name: "Pair" });
    expect(await problemsOf(old.organizationId, fileOf("New,,,,,,Pair,,"))).toEqual([[2, "clone_of", "ambiguous_machine"]]);
    expect(await problemsOf(old.organizationId, fileOf("New,,,,,,Old,,"))).toEqual([[2, "clone_of", "unknown_machine"]]);
  });

  it("refuses an organization that is not there", async () => {
    await expect(previewBatch(rt, { organizationId: newId("organization"), csv: fileOf("A,,,,,snack-6x8,,,") })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a file that is wrong", () => {
  const csv = fileOf("Good,,,,,snack-6x8,,,", "Bad,,,95,1,snack-6x8,,,");

  it("makes nothing, and says why for each column", async () => {
    const organizationId = await givenOrganization(rt);
    expect(await refusalOf(create(organizationId, csv))).toEqual({ code: "INVALID_REQUEST", details: [{ field: "csv.3.latitude", message: "must be between -90 and 90" }] });
    expect(await refusalOf(create(organizationId, "nmae,template\nLobby,snack-6x8"))).toMatchObject({ code: "INVALID_REQUEST", details: [{ field: "csv.nmae" }, { field: "csv.name", message: "lacks a column: name" }] });
    expect(await machinesOf(organizationId)).toEqual([]);
    expect(await rt.db.prisma.machineBatch.count({ where: { organizationId } })).toBe(0);
  });

  it("makes those that are good when that is asked for, and says how many it left out", async () => {
    const organizationId = await givenOrganization(rt);
    expect(await create(organizationId, csv, { onlyGood: true })).toMatchObject({ rows: 1, skipped: 1, machines: 1 });
    // Mended, it is another file: what is there already is wrong in it, so that nothing comes twice.
    const mended = fileOf("Good,,,,,snack-6x8,,,", "Bad,,,45,1,snack-6x8,,,");
    expect(await problemsOf(organizationId, mended)).toEqual([[2, "name", "in_use"]]);
    await create(organizationId, mended, { onlyGood: true });
    expect((await machinesOf(organizationId)).map(({ name }) => name).toSorted()).toEqual(["Bad", "Good"]);
  });

  it("makes nothing of no good row at all", async () => {
    const organizationId = await givenOrganization(rt);
    expect(await refusalOf(create(organizationId, fileOf(",,,,,snack-6x8,,,"), { onlyGood: true }))).toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("the same file again", () => {
  const csv = fileOf("One,,,,,snack-6x8,,,", "Two,,,,,locker-24,,,");

  it("is the same batch, whatever its line ends and its name", async () => {
    const organizationId = await givenOrganization(rt);
    const first = await create(organizationId, csv);
    expect(await create(organizationId, `\uFEFF${csv.replaceAll("\n", "\r\n")}`, { fileName: "copy.csv" })).toEqual(first);
    expect(await machinesOf(organizationId)).toHaveLength(2);
    expect(await previewBatch(rt, { organizationId, csv })).toMatchObject({ problems: [], addedBefore: { id: first.id, rows: 2 } });
    expect((await listBatches(rt, { page: 1, limit: 1 })).data).toEqual([first]);
  });

  it("makes its machines once when it comes twice at the same moment", async () => {
    const organizationId = await givenOrganization(rt);
    const [first, second] = await Promise.all([create(organizationId, csv), create(organizationId, csv)]);
    expect(first.id).toBe(second.id);
    expect((await machinesOf(organizationId)).map(({ slots }) => slots.length)).toEqual([48, 24]);
  });

  it("is another organization's own, and is taken again when all its machines were discarded", async () => {
    const organizationId = await givenOrganization(rt);
    const first = await create(organizationId, csv);
    expect((await create(await givenOrganization(rt), csv)).id).not.toBe(first.id);
    for (const machine of await machinesOf(organizationId)) await discardDraft(rt, TESTER, machine.id);
    expect((await previewBatch(rt, { organizationId, csv })).addedBefore).toBeNull();
    expect(await create(organizationId, csv)).toMatchObject({ machines: 2 });
    await expect(getBatch(rt, first.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a crash at any statement", () => {
  it("is mended by the same file: every machine once, each with its slots", { timeout: 120_000 }, async () => {
    await rt.db.prisma.machineTemplate.create({ data: { id: newId("machineTemplate"), slug: "single", name: "One door", slots: [{ code: "A1", row: 1, column: 1, capacity: 1 }] } });
    // More than are filled at once, so that a death between two of these is among them.
    const csv = fileOf(...Array.from({ length: 120 }, (_, index) => `M${index},N${index},,,,single,,,`));
    let survived = false;
    for (let nth = 1; !survived; nth += 1) {
      const organizationId = await givenOrganization(rt);
      const cut = cutBefore(rt, nth);
      const input = { organizationId, csv, fileName: "machines.csv", onlyGood: false };
      await createBatch(cut.rt, TESTER, input).catch(() => {});
      survived = !cut.died();
      const batch = await createBatch(rt, TESTER, input);
      expect(batch, `killed before statement ${nth}`).toMatchObject({ rows: 120, machines: 120, completed: true });
      const counts = await rt.db.query<{ machines: bigint; slots: bigint; created: bigint }>({
        text: `select (select count(*) from machine where organization_id = $1 and template_id is not null) as machines, (select count(*) from slot join machine m on m.id = machine_id where m.organization_id = $1) as slots,
          (select count(*) from event where organization_id = $1 and type = 'machine.created') as created`,
        values: [organizationId],
      });
      expect(counts, `killed before statement ${nth}`).toEqual([{ machines: 120n, slots: 120n, created: 120n }]);
    }
  });

  it("leaves machines alone that somebody has set up by hand meanwhile, or whose model is gone", async () => {
    const model = await givenMachine(rt, { name: "Model" });
    const { organizationId } = model;
    const csv = fileOf("Copy,,,,,,Model,,", "Own,,,,,snack-6x8,,,");
    // Dies right behind the transaction that makes the machines.
    let nth = 1;
    for (; (await rt.db.prisma.machine.count({ where: { organizationId } })) < 3; nth += 1) await createBatch(cutBefore(rt, nth).rt, TESTER, { organizationId, csv, fileName: "", onlyGood: false }).catch(() => {});
    const [copy, own] = (await machinesOf(organizationId)).filter(({ batchRow }) => batchRow !== null);
    expect([copy?.templateId, own?.templateId]).toEqual([null, null]);
    await rt.db.prisma.machine.update({ where: { id: own?.id ?? "" }, data: { templateId: model.templateId, wizardStep: "network" } });
    await rt.db.prisma.machine.delete({ where: { id: model.id } });
    expect(await createBatch(rt, TESTER, { organizationId, csv, fileName: "", onlyGood: false })).toMatchObject({ completed: true, machines: 2 });
    expect(await getMachine(rt, "platform", own?.id ?? "")).toMatchObject({ wizardStep: "network", slots: [] });
    expect(await getMachine(rt, "platform", copy?.id ?? "")).toMatchObject({ wizardStep: "planogram", templateId: null, slots: [] });
  });
});

function machineRow(organizationId: string) {
  const id = newId("machine");
  return { id, organizationId, slug: id, status: "draft", createdAt: rt.clock.now(), updatedAt: rt.clock.now() };
}
