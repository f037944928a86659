import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pino } from "pino";
import type { DriverHost, VmHardware } from "../../driver.ts";
import type { StartHypervisor, TestDisk, TestHost, TestHypervisor } from "../../testing/hypervisor.ts";
import { mainDisk } from "../domain-xml.ts";
import { createLibvirtDriver } from "../libvirt-driver.ts";
import { readDomain } from "../machine.ts";
import { createVirsh, type Virsh } from "../virsh.ts";
import { guestImage, missingForGuestImage } from "./guest-image.ts";
import { startTestDaemon } from "./test-daemon.ts";

const run = promisify(execFile);
const SYSTEM = "qemu:///system";
export const IMAGE = "guest.qcow2";
/** Emulation on a busy computer takes its time to boot. */
const PATIENCE_MS = 300_000;

export interface LibvirtHypervisor extends TestHypervisor {
  /** of each host: without the driver */
  virsh: readonly Virsh[];
  pool: string;
  network: string;
  /** of each host: the folder of its pool */
  folders: readonly string[];
  /** of the first host: its pool for backups, and the folder of that */
  backups: { pool: string; folder: string };
}

/** The computer's own libvirtd, with a pool and a network of the test's, and a second daemon to move VMs to. */
export async function startLibvirtHypervisor(): Promise<LibvirtHypervisor | { missing: string }> {
  const missing = await whatIsMissing();
  if (missing !== null) return { missing };
  await removeAbandoned(createVirsh({ endpoint: SYSTEM, credentials: {} }));
  const name = `sy-test-${process.pid}-${randomBytes(4).toString("hex")}`;
  const folder = await mkdtemp(join(tmpdir(), "switchyard-libvirt-test-"));
  // QEMU runs as a user of its own.
  await chmod(folder, 0o755);
  const daemon = await startTestDaemon();
  const virsh = [SYSTEM, daemon.uri].map((endpoint) => createVirsh({ endpoint, credentials: {} }));
  const [first, second] = virsh as [Virsh, Virsh];
  const folders = [join(folder, "one"), join(folder, "two")] as const;
  const close = async (): Promise<void> => {
    for (const each of virsh) await removeAll(each, name);
    await daemon.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const image = await guestImage();
    for (const [index, each] of virsh.entries()) {
      await makePool(each, name, folders[index] ?? "");
      await copyFile(image, join(folders[index] ?? "", IMAGE));
      await each.run(["pool-refresh", name], anySignal());
      await makePool(each, backupsOf(name), `${folders[index]}-backups`);
    }
    await makeNetworks(first, second, name);
  } catch (error) {
    await close();
    throw error;
  }
  const host = (index: number, endpoint: string): TestHost => {
    const settings = { pool: name, network: name, backupPool: backupsOf(name), migrationAddress: "tcp://127.0.0.1" };
    const driverHost: DriverHost = { id: `${name}-${index}`, name: `${name}-${index}`, vcpu: 2, memoryMb: 4_096, storageGb: 50, endpoint, node: null, credentials: null, tlsFingerprint: null, settings };
    return { host: driverHost, connect: () => createLibvirtDriver(driverHost, { log: pino({ level: "silent" }) }) };
  };
  const hosts: [TestHost, TestHost] = [host(1, SYSTEM), host(2, daemon.uri)];
  return {
    hosts,
    hardware: HARDWARE,
    larger: { vcpu: 2, memoryMb: 320, storageGb: 2 },
    tooLarge: { vcpu: 1, memoryMb: 256, storageGb: 1_000_000 },
    guest: { reacts: true, reportsAddress: true, agent: true, user: "debian" },
    patienceMs: PATIENCE_MS,
    makeForeign: () => makeForeign(first, name),
    virsh,
    pool: name,
    network: name,
    folders,
    backups: { pool: backupsOf(name), folder: `${folders[0]}-backups` },
    disk: testDisk(first),
    close,
  };
}
startLibvirtHypervisor satisfies StartHypervisor;

export const HARDWARE: VmHardware = { image: { slug: "guest", source: IMAGE }, backup: null, cloneMode: "full", storage: null, network: { bridge: null, vlan: null }, vcpu: 1, memoryMb: 256, storageGb: 1 };

async function whatIsMissing(): Promise<string | null> {
  if (process.getuid?.() !== 0) return "only root can have a pool, a network and a daemon of its own";
  try {
    await run("virsh", ["--connect", SYSTEM, "version"], { timeout: 10_000 });
  } catch {
    return "no libvirtd answers at qemu:///system";
  }
  const part = missingForGuestImage();
  return part === null ? null : `the test guest is made of ${part}, which is not installed`;
}

const anySignal = (): { signal: AbortSignal; changes: boolean } => ({ signal: AbortSignal.timeout(60_000), changes: true });

function backupsOf(name: string): string {
  return `${name}-backups`;
}

async function makePool(virsh: Virsh, name: string, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  await virsh.run(["pool-define-as", name, "dir", "--target", folder], anySignal());
  await virsh.run(["pool-start", name], anySignal());
}

/** A network with DHCP on the first host; the second's VMs are on the same bridge. */
async function makeNetworks(first: Virsh, second: Virsh, name: string): Promise<void> {
  const bridge = `sy${randomBytes(4).toString("hex")}`;
  for (let attempt = 0; ; attempt += 1) {
    const subnet = `10.213.${randomBytes(1).readUInt8(0)}`;
    const own = `<network><name>${name}</name><bridge name='${bridge}'/><ip address='${subnet}.1' netmask='255.255.255.0'><dhcp><range start='${subnet}.2' end='${subnet}.254'/></dhcp></ip></network>`;
    await first.run(["net-define", { file: own }], anySignal());
    try {
      await first.run(["net-start", name], anySignal());
      break;
    } catch (error) {
      // Somebody else has that subnet.
      if (attempt >= 5) throw error;
    }
  }
  await second.run(["net-define", { file: `<network><name>${name}</name><forward mode='bridge'/><bridge name='${bridge}'/></network>` }], anySignal());
  await second.run(["net-start", name], anySignal());
}

/** Past the guest's system, which ends at 61 MiB, and before the end of its image. */
const WRITTEN_AT = 128 * 1_048_576;
const WRITTEN_BYTES = 512;

/** QEMU's own program writes there. */
function testDisk(virsh: Virsh): TestDisk {
  const io = async (ref: string, command: string): Promise<string> => {
    const definition = readDomain(await virsh.run(["dumpxml", "--domain", ref, "--inactive"], anySignal()));
    const place = definition && mainDisk(definition);
    if (!place || "path" in place) throw new Error(`${ref} has no disk in a pool`);
    const path = (await virsh.run(["vol-path", "--pool", place.pool, "--vol", place.volume], anySignal())).trim();
    return (await run("qemu-io", ["-f", "qcow2", "-c", command, path])).stdout;
  };
  return {
    async write(ref, text) {
      const folder = await mkdtemp(join(tmpdir(), "switchyard-disk-"));
      try {
        await writeFile(join(folder, "text"), text.padEnd(WRITTEN_BYTES, "\0"));
        await io(ref, `write -s ${join(folder, "text")} ${WRITTEN_AT} ${WRITTEN_BYTES}`);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async read(ref) {
      const dump = await io(ref, `read -v ${WRITTEN_AT} ${WRITTEN_BYTES}`);
      const bytes = [...dump.matchAll(/^[0-9a-f]{8}:((?:\s+[0-9a-f]{2}){1,16})/gm)].flatMap((line) => (line[1] ?? "").trim().split(/\s+/));
      return Buffer.from(bytes.join(""), "hex").toString("utf8").replace(/\0+$/, "");
    },
  };
}

async function makeForeign(virsh: Virsh, name: string): Promise<string> {
  const foreign = `${name} pet's "$(project)"; --all`;
  const xml = `<domain type='qemu'><name>${foreign.replaceAll("'", "&apos;").replaceAll('"', "&quot;")}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='x86_64'>hvm</type></os></domain>`;
  await virsh.run(["define", "--file", { file: xml }], anySignal());
  return foreign;
}

/** What tests that were killed have left in the computer's libvirtd. */
async function removeAbandoned(virsh: Virsh): Promise<void> {
  const lists = await Promise.all([virsh.run(["pool-list", "--all", "--name"], anySignal()), virsh.run(["net-list", "--all", "--name"], anySignal())]);
  const names = new Set(lists.join("\n").match(/^sy-test-\d+-[0-9a-f]+/gm));
  for (const name of names) if (!isAlive(Number(name.split("-")[2]))) await removeAll(virsh, name);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The test's domains (those with a disk in its pool, and the foreign ones), pool and network. */
async function removeAll(virsh: Virsh, name: string): Promise<void> {
  const quietly = async (...args: string[]): Promise<string> => virsh.run(args, anySignal()).catch(() => "");
  for (const uuid of (await quietly("list", "--all", "--uuid")).split("\n").filter((line) => line.trim() !== "")) {
    const described = await quietly("dumpxml", uuid.trim());
    if (!described.includes(name)) continue;
    await quietly("destroy", uuid.trim());
    await quietly("undefine", uuid.trim(), "--snapshots-metadata", "--managed-save", "--nvram");
  }
  for (const command of ["pool-destroy", "pool-undefine"]) for (const pool of [name, backupsOf(name)]) await quietly(command, pool);
  for (const command of ["net-destroy", "net-undefine"]) await quietly(command, name);
}
