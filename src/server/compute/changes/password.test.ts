import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { hypervisorRef } from "../drivers/driver.ts";
import { retryOperation } from "../operation-control.ts";
import { stopVm } from "../power.ts";
import { sha512Crypt } from "../sha512-crypt.ts";
import { type ComputeBench, createComputeBench } from "../testing/bench.ts";
import { resetPassword } from "./password.ts";

let bench: ComputeBench;
let vmId: string;
beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  const made = await bench.create();
  await bench.ended(made.operationId);
  vmId = made.vmId;
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const actor = () => bench.customer.actor;
const everything = async () =>
  JSON.stringify([await bench.rt.db.prisma.operation.findMany({ include: { steps: true } }), await bench.rt.db.prisma.auditEntry.findMany(), await bench.rt.db.prisma.event.findMany()], (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );

it("answers a password once and stores neither it nor, when the guest has it, its hash", async () => {
  const answer = await resetPassword(bench.rt, actor(), vmId);
  expect(answer).toMatchObject({ id: vmId, status: "updating", user: "debian" });
  expect(await bench.ended(answer.operationId)).toMatchObject({ status: "succeeded", input: {} });
  expect(await bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } })).toMatchObject({ status: "running", operationId: null });
  const stored = await everything();
  expect(stored).not.toContain(answer.password);
  expect(stored).not.toContain("$6$");
  expect(sha512Crypt(answer.password, "salt")).toMatch(/^\$6\$salt\$/);
});

it("without an agent in the guest: the old one holds, and what to do is said; it cannot be tried again", async () => {
  bench.fault({ operation: "setPassword", mode: "before", failure: "refused", ref: hypervisorRef(vmId) });
  const answer = await resetPassword(bench.rt, actor(), vmId);
  const failed = await bench.ended(answer.operationId);
  expect(failed).toMatchObject({ status: "failed", errorCode: "HYPERVISOR_ERROR", input: {} });
  expect(failed.errorMessage).toContain("qemu-guest-agent");
  expect(await bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } })).toMatchObject({ status: "running", operationId: null });
  await expect(retryOperation(bench.rt, actor(), actor(), failed.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
});

it("is refused by a VM that does not run", async () => {
  await bench.ended((await stopVm(bench.rt, actor(), { id: vmId, graceful: false, timeoutSeconds: 5 })).operationId);
  await expect(resetPassword(bench.rt, actor(), vmId)).rejects.toMatchObject({ code: "INVALID_STATE" });
});
