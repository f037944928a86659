import { describe, expect, it } from "vitest";
import { attemptOfJob, endIn } from "./backup-job.ts";
import { otherName } from "./backup-restore.ts";
import { attemptsIn, backupVolume, markVolume } from "./backup-volumes.ts";
import { jobOf } from "./machine.ts";
import { progressOf } from "./migration-live.ts";
import { diskBytes, GIB, poolFactsFrom, volumesIn } from "./volumes.ts";

const MIB = 1_048_576;

/** What libvirt prints, and what it means for backups. */
describe("what is in a pool for backups", () => {
  const table = (...names: string[]): string => names.map((name) => ` ${name}   /pool/${name}\n`).join("");

  it("counts what has its mark, and its disks", () => {
    const whole = [backupVolume("bkp_1", 1_000, "vda"), markVolume("bkp_1", 1_000)];
    const copying = backupVolume("bkp_1", 2_000, "vda");
    const emptied = markVolume("bkp_2", 1_500);
    expect(attemptsIn(table(copying, ...whole, emptied))).toEqual([
      { name: "bkp_1", takenAtMs: 1_000, whole: true, disks: [{ target: "vda", volume: whole[0] }] },
      { name: "bkp_2", takenAtMs: 1_500, whole: false, disks: [] },
      { name: "bkp_1", takenAtMs: 2_000, whole: false, disks: [{ target: "vda", volume: copying }] },
    ]);
  });

  it("leaves what others have there alone, and is no disk of a VM", () => {
    const others = ["sy-backup-x.qcow2", "sy-backup-x.1.VDA.qcow2", "my-sy-backup-x.1.whole", "sy-backup-1x.1.whole", "sy-backup-x.1.vda.qcow2.old", "backup.qcow2"];
    expect(attemptsIn(table(...others))).toEqual([]);
    expect(volumesIn(table(backupVolume("sy-vm_1", 1, "vda")), "backups")).toEqual([]);
  });

  it("tells a folder from blocks", () => {
    expect(poolFactsFrom("<pool type='dir'><name>a</name><target><path>/backups</path></target></pool>")).toEqual({ format: "qcow2", folder: "/backups" });
    expect(poolFactsFrom("<pool type='logical'><name>a</name><target><path>/dev/vg</path></target></pool>")).toEqual({ format: "raw", folder: null });
  });
});

describe("a running backup", () => {
  it("is known by the file that it writes", () => {
    const job = (file: string): string => `<domainbackup mode='push'><disks><disk name='sda' backup='no'/><disk name='vda' backup='yes' type='file'><driver type='qcow2'/><target file='${file}'/></disk></disks></domainbackup>`;
    expect(attemptOfJob(job(`/backups/${backupVolume("bkp_1", 1_234, "vda")}`))).toEqual({ name: "bkp_1", takenAtMs: 1_234 });
    expect(attemptOfJob(job("/elsewhere/copy.qcow2"))).toBeNull();
    expect(attemptOfJob("")).toBeNull();
    expect(jobOf("Job type:         Unbounded   \nOperation:        Backup      \n")).toBe("backup");
    expect(progressOf("Job type: 2\n\noperation: 9\ntime_elapsed: 109\ndisk_total: 734003200\ndisk_processed: 476053504\n")).toBe(65);
  });

  it("ends in one of three ways, or nobody knows how", () => {
    expect(endIn("Job type:         Completed   \nOperation:        Backup      \nTime elapsed:     63           ms\n")).toBe("completed");
    expect(endIn("Job type:         Cancelled   \nOperation:        Backup      \n")).toBe("ended");
    expect(() => endIn("Job type:         Failed      \nOperation:        Backup      \nError message:    No space left on device\n")).toThrow(expect.objectContaining({ failure: "refused", message: expect.stringContaining("No space left on device") }));
    for (const text of ["Job type:         None        \n", "", "Job type:         Completed   \nOperation:        Outgoing migration\n"]) expect(endIn(text), text).toBe("unknown");
  });
});

describe("disks made from backups", () => {
  it("have one of two names, which both are the VM's", () => {
    const other = otherName("sy-vm_1.qcow2");
    expect(otherName(other)).toBe("sy-vm_1.qcow2");
    expect(volumesIn(` ${other}  /x\n sy-vm_1.qcow2  /y\n sy-vm_1-console.log  /z\n sy-vm_1-console.log.0  /z\n sy-vm_1-console.log.old  /z\n`, "p").map(({ volume }) => volume)).toEqual([other, "sy-vm_1.qcow2", "sy-vm_1-console.log", "sy-vm_1-console.log.0"]);
  });

  it("are larger than the backup, also that of a disk which already was", () => {
    const backup = (bytes: number): Parameters<typeof diskBytes>[1] => ({ capacityBytes: bytes, allocationBytes: 1, format: "qcow2", path: "/x", backing: null });
    for (let bytes = GIB, made = 0; made < 10; made += 1, bytes = diskBytes(1, backup(bytes))) expect(diskBytes(1, backup(bytes))).toBeGreaterThan(bytes);
    // A backup of a larger disk does not become a larger disk than was asked for.
    expect(diskBytes(1, backup(GIB + 500 * MIB))).toBe(GIB);
    expect(diskBytes(2, backup(GIB + MIB))).toBe(2 * GIB);
  });
});
