import type { z } from "zod";
import { pagination } from "#shared/schema.ts";
import type { adminVmListInput, adminVmListOutput, overviewOutput } from "#shared/platform/schema.ts";
import { lastLedgerCheck } from "#server/billing/ledger-checks.ts";
import { creditTotals } from "#server/billing/totals.ts";
import { computeTotals, searchAllVms } from "#server/compute/totals.ts";
import { countCustomers, namesOfOrganizations } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { machineTotals } from "#server/machines/totals.ts";

/** The administrator's first page. */
export async function getOverview(rt: Runtime): Promise<z.output<typeof overviewOutput>> {
  const [customers, compute, machines, credits, check] = await Promise.all([countCustomers(rt), computeTotals(rt), machineTotals(rt), creditTotals(rt), lastLedgerCheck(rt)]);
  return {
    customers,
    vms: compute.vms,
    machines,
    operations: compute.operations,
    credits: { inCirculation: credits.inCirculation.toString(), burnPerHour: credits.burnPerHour.toString(), spentToday: credits.spent.toString() },
    ledgerCheck: check && { finishedAt: check.finishedAt, findings: check.findings },
    hosts: compute.hosts.map((host) => ({ ...host, vcpuUsed: Number(host.vcpuUsed), memoryUsedMb: Number(host.memoryUsedMb) })),
  };
}

/** All organizations' VMs, with the names of those they belong to. */
export async function listAllVms(rt: Runtime, input: z.output<typeof adminVmListInput>): Promise<z.output<typeof adminVmListOutput>> {
  const { vms, total } = await searchAllVms(rt, input);
  const names = await namesOfOrganizations(rt, [...new Set(vms.map((vm) => vm.organizationId))]);
  return {
    data: vms.map(({ total: _total, ...vm }) => ({ ...vm, organizationName: names.get(vm.organizationId) ?? "", createdAt: vm.createdAt.toISOString() })),
    pagination: pagination(input, total),
  };
}
