import { describe, expect, it } from "vitest";
import { diskBytes, GIB, linesOf, volumesIn } from "./volumes.ts";

describe("volumes", () => {
  it("finds ours in the table of a pool", () => {
    const table = " guest.qcow2                /pool/guest.qcow2\n sy-vm_01h-seed.iso         /pool/sy-vm_01h-seed.iso\n sy-vm_01h.qcow2            /pool/sy-vm_01h.qcow2\n sy-vm_01h.qcow2.bak   /pool/x\n my sy-vm_01h.qcow2   /pool/y\n";
    expect(volumesIn(table, "default")).toEqual([
      { ref: "sy-vm_01h", pool: "default", volume: "sy-vm_01h-seed.iso" },
      { ref: "sy-vm_01h", pool: "default", volume: "sy-vm_01h.qcow2" },
    ]);
  });

  it("reads names with the spaces that virsh fills them up with", () => {
    expect(linesOf("default   \n\nfast   \n")).toEqual(["default", "fast"]);
  });

  it("makes a disk larger than its image, so that a copy that was not finished shows", () => {
    const image = { capacityBytes: 2 * GIB, allocationBytes: 1, format: "qcow2", path: "/image", backing: null };
    expect(diskBytes(3, image)).toBe(3 * GIB);
    expect(diskBytes(2, image)).toBeGreaterThan(2 * GIB);
  });
});
