import { expect, it } from "vitest";
import type { Vm } from "../types.ts";
import { vmCsv } from "./vm-csv.ts";

const vm: Vm = {
  id: "vm_1",
  name: '=cmd|"x"',
  status: "running",
  statusReason: null,
  unknownSince: null,
  hypervisor: "simulated",
  region: "a,b",
  projectId: "prj_1",
  ownerId: "usr_1",
  plan: "small",
  templateId: "debian-12",
  resources: { cpu: 1, memoryGb: 0.5, storageGb: 10 },
  network: { privateIp: "10.0.0.1", publicIp: null, ipv6: null, vpcId: null },
  metadata: {},
  operationId: null,
  pricePerHour: "14500",
  startedAt: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
};

it("quotes what has to be quoted, and lets no cell be a formula", () => {
  expect(vmCsv([vm]).split("\r\n")).toEqual([
    "id,name,status,region,plan,cpu,memory_gb,storage_gb,private_ip,public_ip,price_per_hour_micro,created_at",
    `vm_1,"'=cmd|""x""",running,"a,b",small,1,0.5,10,10.0.0.1,,14500,2026-01-01T00:00:00.000Z`,
    "",
  ]);
});
