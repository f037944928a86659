import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const URI = "qemu:///system";
export const IMAGE = "tiny.qcow2";

/** What an administrator prepares on a host before connecting it: a storage pool with an image in it, and a network with DHCP. */
export interface PreparedHost {
  uri: string;
  pool: string;
  network: string;
  virsh(...args: string[]): Promise<string>;
  /** files in the pool other than the image */
  disks(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Why there is no real hypervisor for tests here; null: there is one. */
export async function libvirtMissing(): Promise<string | null> {
  if (process.getuid?.() !== 0) return "only root can make a pool and a network on this computer";
  try {
    await run("virsh", ["--connect", URI, "version"], { timeout: 10_000 });
    return null;
  } catch {
    return "no libvirtd answers at qemu:///system";
  }
}

export async function prepareHost(): Promise<PreparedHost> {
  const name = `sy-e2e-${randomBytes(4).toString("hex")}`;
  const folder = await mkdtemp(join(tmpdir(), "switchyard-e2e-pool-"));
  // QEMU runs as a user of its own.
  await chmod(folder, 0o755);
  const virsh = async (...args: string[]): Promise<string> => (await run("virsh", ["--connect", URI, ...args], { timeout: 60_000, env: { ...process.env, LC_ALL: "C" } })).stdout;
  await run(process.execPath, ["scripts/guest-image.ts", join(folder, IMAGE)], { timeout: 120_000, cwd: join(import.meta.dirname, "../..") });
  await virsh("pool-define-as", name, "dir", "--target", folder);
  await virsh("pool-start", name);
  const subnet = `10.214.${randomBytes(1).readUInt8(0)}`;
  const file = join(folder, "network.xml");
  await writeFile(file, `<network><name>${name}</name><bridge name='sy${randomBytes(4).toString("hex")}'/><ip address='${subnet}.1' netmask='255.255.255.0'><dhcp><range start='${subnet}.2' end='${subnet}.254'/></dhcp></ip></network>`);
  await virsh("net-define", file);
  await rm(file);
  await virsh("net-start", name);
  return {
    uri: URI,
    pool: name,
    network: name,
    virsh,
    disks: async () => (await readdir(folder)).filter((each) => each !== IMAGE),
    async remove() {
      const quietly = (...args: string[]) => virsh(...args).catch(() => "");
      for (const uuid of (await quietly("list", "--all", "--uuid")).split("\n").filter((line) => line.trim() !== "")) {
        if (!(await quietly("dumpxml", uuid.trim())).includes(name)) continue;
        await quietly("destroy", uuid.trim());
        await quietly("undefine", uuid.trim(), "--snapshots-metadata");
      }
      for (const command of ["pool-destroy", "pool-undefine", "net-destroy", "net-undefine"]) await quietly(command, name);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
