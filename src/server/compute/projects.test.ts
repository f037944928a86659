import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePerson } from "#server/testing/people.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { createProject, deleteProject, listProjects, renameProject } from "./projects.ts";
import { createVm } from "./provision.ts";
import { type ComputeBench, createComputeBench } from "./testing/bench.ts";
import { TEST_REGION } from "./testing/places.ts";

let bench: ComputeBench;
beforeAll(async () => {
  bench = await createComputeBench();
});
afterAll(() => bench.close());

const actor = () => bench.customer.actor;
const names = async () => (await listProjects(bench.rt, actor(), { page: 1, limit: 20 })).data.map((project) => [project.name, project.vmCount]);
const createIn = (projectId: string, name: string) =>
  createVm(bench.rt, actor(), { name, projectId, plan: "nano", templateId: "alpine-3.22", region: TEST_REGION, sshKeys: [], metadata: {} });

describe("projects", () => {
  it("are made, renamed, listed with their VMs, and deleted when empty", async () => {
    const project = await createProject(bench.rt, actor(), { name: "One" });
    await renameProject(bench.rt, actor(), { id: project.id, name: "Uno" });
    expect(await names()).toEqual([["Uno", 0], ["Test", 0]]);
    await deleteProject(bench.rt, actor(), { id: project.id, deleteVms: false });
    expect(await names()).toEqual([["Test", 0]]);
    await expect(renameProject(bench.rt, actor(), { id: project.id, name: "Zombie" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(createIn(project.id, "web-1")).rejects.toMatchObject({ code: "NOT_FOUND" });
    const events = await bench.rt.db.prisma.event.findMany({ where: { subject: project.id }, orderBy: { seq: "asc" } });
    expect(events.map((event) => (event.data as { change: string }).change)).toEqual(["created", "renamed", "deleted"]);
  });

  it("are not found by another organization", async () => {
    const stranger = await makePerson(bench.rt);
    await expect(deleteProject(bench.rt, stranger.actor, { id: bench.projectId, deleteVms: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(renameProject(bench.rt, stranger.actor, { id: bench.projectId, name: "mine" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listProjects(bench.rt, stranger.actor, { page: 1, limit: 20 })).data).toEqual([]);
  });

  it("with VMs are refused, or deleted after the last of them", async () => {
    const project = await createProject(bench.rt, actor(), { name: "Full" });
    const made = [await createIn(project.id, "web-1"), await createIn(project.id, "web-2")];
    // While a VM is being made, nothing of the project is deleted.
    await expect(deleteProject(bench.rt, actor(), { id: project.id, deleteVms: true })).rejects.toMatchObject({ code: "INVALID_STATE" });
    // One at a time: the project's operation must not sit on the only place while the VMs' wait for it.
    const worker = bench.worker({ concurrency: 1 });
    for (const vm of made) expect(await bench.ended(vm.provisioningJobId)).toMatchObject({ status: "succeeded" });
    await expect(deleteProject(bench.rt, actor(), { id: project.id, deleteVms: false })).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("2 VMs") });
    expect(await names()).toEqual([["Full", 2], ["Test", 0]]);
    await deleteProject(bench.rt, actor(), { id: project.id, deleteVms: true });
    await expect(createIn(project.id, "late")).rejects.toMatchObject({ code: "INVALID_STATE" });
    await expect(deleteProject(bench.rt, actor(), { id: project.id, deleteVms: true })).rejects.toMatchObject({ code: "INVALID_STATE" });
    const operation = await bench.rt.db.prisma.operation.findFirstOrThrow({ where: { subjectId: project.id } });
    expect(await bench.ended(operation.id)).toMatchObject({ status: "succeeded" });
    expect(await bench.rt.db.prisma.vm.count({ where: { projectId: project.id, status: "terminated" } })).toBe(2);
    expect(await names()).toEqual([["Test", 0]]);
    await worker.stop();
  });

  it("stay when one of their VMs cannot be deleted, and say which", async () => {
    const project = await createProject(bench.rt, actor(), { name: "Stubborn" });
    const made = await createIn(project.id, "rock");
    const worker = bench.worker();
    await bench.ended(made.provisioningJobId);
    bench.fault({ operation: "destroy", mode: "before", failure: "refused", ref: hypervisorRef(made.id) });
    await deleteProject(bench.rt, actor(), { id: project.id, deleteVms: true });
    const operation = await bench.rt.db.prisma.operation.findFirstOrThrow({ where: { subjectId: project.id } });
    expect(await bench.ended(operation.id)).toMatchObject({ status: "failed", errorMessage: "rock could not be deleted: Sim-frankfurt-1 was told to fail." });
    expect(await names()).toEqual([["Stubborn", 1], ["Test", 0]]);
    await deleteProject(bench.rt, actor(), { id: project.id, deleteVms: true });
    const again = await bench.rt.db.prisma.operation.findFirstOrThrow({ where: { subjectId: project.id }, orderBy: { createdAt: "desc" } });
    expect(await bench.ended(again.id)).toMatchObject({ status: "succeeded" });
    await worker.stop();
  });
});
