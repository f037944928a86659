import type { z } from "zod";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { vmCreateInput } from "#shared/compute/schema.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { giveUpOperation, retryOperation } from "../operation-control.ts";
import { deleteVm, startVm } from "../power.ts";
import { createVm } from "../provision.ts";
import { anyCall, TEST_REGION } from "../testing/places.ts";
import { deleteBackup, restoreBackup } from "./backups.ts";
import { type BackupBench, createBackupBench } from "./testing/backup-bench.ts";

let bench: BackupBench;
let admin: Person;
beforeAll(async () => {
  bench = await createBackupBench();
  bench.worker();
  admin = await makePerson(bench.rt, { platformRole: "admin" });
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const prisma = () => bench.rt.db.prisma;
const erase = (id: string, { force = true, preserveVolumes = true } = {}) => deleteVm(bench.rt, bench.actor, { id, force, preserveVolumes });
const erased = async (id: string, how?: Parameters<typeof erase>[1]) => bench.ended((await erase(id, how)).deletionJobId);
const make = (input: Partial<z.output<typeof vmCreateInput>>, actor = bench.actor) =>
  createVm(bench.rt, actor, { name: "again", projectId: bench.projectId, plan: "small", sshKeys: [], metadata: {}, ...input });
const seen = (id: string) => bench.driver.inspect(hypervisorRef(id), anyCall);
const clean = async () => {
  for (const row of await bench.rows()) await bench.remove(row.id);
};

describe("a VM that is deleted with its volumes preserved", { timeout: 60_000 }, () => {
  it("leaves a last backup, of which a new VM is made", async () => {
    const id = await bench.running("precious");
    const ended = await erased(id, { force: false });
    expect(ended).toMatchObject({ kind: "vm.delete", status: "succeeded" });
    expect(ended.steps.map((step) => step.name)).toEqual(["request", "stop", "backup", "destroy"]);
    expect([await bench.vmNow(id), await seen(id)]).toMatchObject([{ status: "terminated" }, null]);
    const [last] = await bench.rows(id);
    expect(last).toMatchObject({ name: "Before deletion", status: "ready", automatic: false, vmGone: true, vmName: "precious", deleteAt: null });
    await expect(restoreBackup(bench.rt, bench.actor, { id: last?.id ?? "" })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "gone" } });

    const again = await make({ backupId: last?.id ?? "", region: TEST_REGION });
    expect(await bench.ended(again.provisioningJobId)).toMatchObject({ status: "succeeded" });
    expect(await bench.vmNow(again.id)).toMatchObject({ status: "running", name: "again" });
    expect(bench.read(again.id)).toBe("precious");
    expect(await prisma().vm.findUnique({ where: { id: again.id }, select: { image: { select: { slug: true } } } })).toEqual({ image: { slug: "debian-12" } });
    expect(await prisma().auditEntry.findFirst({ where: { action: "vm.create", subjectId: again.id } })).toMatchObject({ after: { backupId: last?.id } });
    await bench.remove(last?.id ?? "");
    expect(bench.read(again.id)).toBe("precious");
    await erased(again.id, { preserveVolumes: false });
  });

  it("is not deleted when the backup fails, says why, and is when it is tried again", async () => {
    const id = await bench.running("stays");
    bench.fault({ operation: "takeBackup", mode: "before", failure: "refused" });
    const failed = await erased(id);
    expect(failed).toMatchObject({ status: "failed", errorMessage: "Sim-frankfurt-1 was told to fail." });
    expect(await bench.vmNow(id)).toMatchObject({ status: "stopped", statusReason: "Sim-frankfurt-1 was told to fail.", operationId: null });
    expect([await bench.rows(), await bench.there(), bench.read(id)]).toEqual([[], [], "stays"]);
    await bench.ended((await startVm(bench.rt, bench.actor, id)).operationId);
    await retryOperation(bench.rt, bench.actor, bench.actor, failed.id);
    expect(await bench.ended(failed.id)).toMatchObject({ status: "succeeded" });
    expect((await bench.rows()).map((row) => row.id)).toEqual(await bench.there());
    expect(await seen(id)).toBeNull();
    await clean();
  });

  it("is not deleted either when the host is given up in the middle", async () => {
    const id = await bench.running("undecided");
    bench.fault({ operation: "takeBackup", mode: "before", times: 5 });
    bench.fault({ operation: "deleteBackup", mode: "before", times: 0 });
    const { deletionJobId } = await erase(id);
    while (!(await prisma().operationStep.findFirst({ where: { operationId: deletionJobId, name: "backup", compensationAttempt: { gte: 2 } } }))) await new Promise((done) => setTimeout(done, 5));
    await giveUpOperation(bench.rt, admin.actor, deletionJobId);
    expect(await bench.vmNow(id)).toMatchObject({ status: "error", operationId: null });
    expect(await bench.rows()).toMatchObject([{ status: "deleting" }]);
    bench.mend();
    await clean();
    expect(await erased(id, { preserveVolumes: false })).toMatchObject({ status: "succeeded" });
  });

  it("keeps the backup when it could not be destroyed after it: who knows what is left of the disk", async () => {
    const id = await bench.running("half");
    bench.fault({ operation: "destroy", mode: "after", times: 5 });
    expect(await erased(id)).toMatchObject({ status: "failed" });
    expect([await seen(id), await bench.vmNow(id)]).toMatchObject([null, { status: "terminated" }]);
    expect(await bench.rows()).toMatchObject([{ status: "ready" }]);
    expect(await bench.there()).toHaveLength(1);
    await clean();
  });

  it("is refused at once when the quota of backups is used up", async () => {
    const id = await bench.running("one-too-many");
    await prisma().quota.updateMany({ data: { backups: 0 } });
    await expect(erase(id)).rejects.toMatchObject({ code: "FORBIDDEN", extras: { quota: "backups", used: 0, limit: 0 } });
    await prisma().quota.updateMany({ data: { backups: 20 } });
    expect(await bench.vmNow(id)).toMatchObject({ status: "running", operationId: null });
    const plain = await erased(id, { preserveVolumes: false });
    expect([plain.status, plain.steps.map((step) => step.name)]).toEqual(["succeeded", ["request", "stop", "destroy"]]);
    expect(await bench.rows()).toEqual([]);
  });
});

describe("a VM from a backup", { timeout: 60_000 }, () => {
  let backupId: string;
  beforeAll(async () => {
    const id = await bench.running("origin");
    ({ backupId } = await bench.take(id));
    await erased(id, { preserveVolumes: false });
  });

  it("is made on the host that has it, and nowhere else", async () => {
    const home = await prisma().vmBackup.findUniqueOrThrow({ where: { id: backupId } });
    const made = await make({ backupId });
    expect(await prisma().vm.findUniqueOrThrow({ where: { id: made.id } })).toMatchObject({ hostId: home.hostId });
    await bench.ended(made.provisioningJobId);
    await erased(made.id, { preserveVolumes: false });
    await prisma().host.update({ where: { id: home.hostId }, data: { status: "draining" } });
    await expect(make({ backupId })).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE", message: "There is no room for this plan on the host that has the backup right now." });
    await prisma().host.update({ where: { id: home.hostId }, data: { status: "active" } });
  });

  it.each([
    ["both", { templateId: "debian-12" }, "templateId"],
    ["a smaller disk", { plan: "nano" }, "plan"],
    ["another region", { region: "kr-seoul" }, "region"],
    ["no such region", { region: "mars" }, "region"],
  ] as const)("is refused with %s", async (_what, input, field) => {
    await expect(make({ backupId, ...input })).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field }] } });
  });

  it("is refused with neither, and with what is not the caller's", async () => {
    await expect(make({})).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "templateId" }] } });
    const stranger = await makePerson(bench.rt);
    await prisma().project.create({ data: { id: "prj_00000000000000000000000000", organizationId: stranger.organizationId, name: "Theirs", createdAt: new Date() } });
    await expect(make({ backupId, projectId: "prj_00000000000000000000000000" }, stranger.actor)).rejects.toMatchObject({ code: "NOT_FOUND", extras: { resource: "backup" } });
    await expect(deleteBackup(bench.rt, stranger.actor, { id: backupId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(restoreBackup(bench.rt, stranger.actor, { id: backupId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("keeps the backup from being deleted as long as it is being made, and no longer", async () => {
    bench.fault({ operation: "create", mode: "before", times: 2 });
    const made = await make({ backupId });
    await expect(deleteBackup(bench.rt, bench.actor, { id: backupId })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "in_use" } });
    expect(await bench.ended(made.provisioningJobId)).toMatchObject({ status: "succeeded" });
    expect(bench.read(made.id)).toBe("origin");
    await erased(made.id, { preserveVolumes: false });
  });

  it("or the deletion comes first: of both at once one is refused", async () => {
    const copy = await bench.running("racing");
    const { backupId: contested } = await bench.take(copy);
    const [made, deleted] = await Promise.allSettled([make({ backupId: contested }), deleteBackup(bench.rt, bench.actor, { id: contested })]);
    expect([made.status, deleted.status].sort()).toEqual(["fulfilled", "rejected"]);
    for (const loser of [made, deleted]) if (loser.status === "rejected") expect(loser.reason).toMatchObject({ code: "INVALID_STATE" });
    if (made.status === "fulfilled") expect(await bench.ended(made.value.provisioningJobId)).toMatchObject({ status: "succeeded" });
    if (deleted.status === "fulfilled") expect(await bench.ended(deleted.value.operationId)).toMatchObject({ status: "succeeded" });
  });

  it("that the host does not make is undone like any other, and the backup is still there", async () => {
    bench.fault({ operation: "create", mode: "before", failure: "refused" });
    const made = await make({ backupId });
    expect(await bench.ended(made.provisioningJobId)).toMatchObject({ status: "failed" });
    expect([await bench.vmNow(made.id), await seen(made.id)]).toMatchObject([{ status: "rolled_back" }, null]);
    expect(await bench.there()).toContain(backupId);
    expect(await bench.remove(backupId)).toMatchObject({ status: "succeeded" });
    await expect(make({ backupId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
