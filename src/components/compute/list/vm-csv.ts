import type { Vm } from "../types.ts";

const COLUMNS = ["id", "name", "status", "region", "plan", "cpu", "memory_gb", "storage_gb", "private_ip", "public_ip", "price_per_hour_micro", "created_at"];

/** The VMs as CSV (RFC 4180). A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function vmCsv(vms: readonly Vm[]): string {
  const rows = vms.map(({ id, name, status, region, plan, resources, network, pricePerHour, createdAt }) => [
    id,
    name,
    status,
    region,
    plan,
    resources.cpu,
    resources.memoryGb,
    resources.storageGb,
    network.privateIp ?? "",
    network.publicIp ?? "",
    pricePerHour,
    createdAt,
  ]);
  return [COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Saves the VMs as a file. */
export function downloadVms(vms: readonly Vm[]): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([vmCsv(vms)], { type: "text/csv;charset=utf-8" }));
  link.download = "vms.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}
