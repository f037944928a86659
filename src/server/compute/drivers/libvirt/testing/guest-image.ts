import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, mkdtemp, open, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

/**
 * A guest of Debian's own parts that boots in seconds: GRUB, the cloud kernel, and an initramfs with busybox and QEMU's guest agent. It takes an address by
 * DHCP, its name from a NoCloud disk, ends by the power button, and shows a shell on its screen.
 */
const run = promisify(execFile);
const SECTOR = 512;
const PARTITION_SECTOR = 2_048;
const PARTITION_MB = 60;
const GRUB = "/usr/lib/grub/i386-pc";
const MODULES = ["virtio_pci", "virtio_blk", "virtio_net", "virtio_scsi", "sr_mod", "isofs", "button", "evdev", "virtio_console", "virtio_balloon", "ext4"];
/** Room to spare, so that growing a disk and copying one half-way are different from a whole copy. */
const DISK_MB = 256;

const DHCP_SCRIPT = `#!/bin/busybox sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ifconfig "$interface" "$ip" netmask "$subnet"
[ -z "$router" ] || route add default gw "\${router%% *}" 2>/dev/null
`;
/** The guest agent gives it \`user:hash\`. */
const CHPASSWD_SCRIPT = `#!/bin/busybox sh
while IFS=: read -r user hash; do
  grep -q "^$user:" /etc/shadow || exit 1
  awk -F: -v OFS=: -v user="$user" -v hash="$hash" '$1 == user { $2 = hash } { print }' /etc/shadow > /etc/shadow.new && mv /etc/shadow.new /etc/shadow
done
`;
const POWER_OFF_SCRIPT = "#!/bin/busybox sh\npoweroff -f\n";

/** What must be installed; null: all of it is. */
export function missingForGuestImage(): string | null {
  const needs = { "grub-pc-bin": `${GRUB}/boot.img`, "grub-common": "/usr/bin/grub-mkimage", "busybox-static": "/bin/busybox", "linux-image-cloud-amd64": newestKernel(), "qemu-guest-agent": "/usr/sbin/qemu-ga", e2fsprogs: "/sbin/mke2fs", cpio: "/usr/bin/cpio", kmod: "/sbin/modprobe", "qemu-utils": "/usr/bin/qemu-img" };
  return Object.entries(needs).find(([, file]) => file === null || !existsSync(file))?.[0] ?? null;
}

/** The guest's disk, qcow2; made once and kept in the temporary folder for whoever asks next. */
export async function guestImage(): Promise<string> {
  const kernel = newestKernel();
  if (!kernel) throw new Error("no cloud kernel is installed");
  const version = createHash("sha256");
  for (const file of ["guest-init.sh", "guest-image.ts"]) version.update(await readFile(join(import.meta.dirname, file)));
  const image = join(tmpdir(), `switchyard-guest-${version.update(kernel).digest("hex").slice(0, 16)}.qcow2`);
  if (existsSync(image)) return image;
  const folder = await mkdtemp(join(tmpdir(), "switchyard-guest-"));
  try {
    await build(folder, kernel);
    // Whoever is first: both are the same.
    await rename(join(folder, "disk.qcow2"), image);
    return image;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function newestKernel(): string | null {
  return globSync("/boot/vmlinuz-*-cloud-amd64").toSorted().at(-1) ?? null;
}

async function build(folder: string, kernel: string): Promise<void> {
  await buildInitramfs(folder, basename(kernel).slice("vmlinuz-".length));
  const boot = join(folder, "boot");
  await mkdir(boot);
  await copyFile(kernel, join(boot, "vmlinuz"));
  await rename(join(folder, "initramfs.gz"), join(boot, "initramfs.gz"));
  await run("/sbin/mke2fs", ["-q", "-t", "ext2", "-b", "4096", "-d", boot, join(folder, "partition"), `${PARTITION_MB}M`]);
  await writeFile(join(folder, "grub.cfg"), "set root=(hd0,msdos1)\nlinux /vmlinuz console=tty1 quiet panic=1\ninitrd /initramfs.gz\nboot\n");
  await run("grub-mkimage", ["-O", "i386-pc", "-p", "/", "-c", join(folder, "grub.cfg"), "-o", join(folder, "core.img"), "biosdisk", "part_msdos", "ext2", "linux"]);
  await writeDisk(folder);
  await run("qemu-img", ["convert", "-O", "qcow2", join(folder, "disk.raw"), join(folder, "disk.qcow2")]);
}

/** A disk with a table of partitions, GRUB in the gap before the first, and that one. */
async function writeDisk(folder: string): Promise<void> {
  const mbr = Buffer.alloc(SECTOR);
  (await readFile(join(GRUB, "boot.img"))).copy(mbr, 0, 0, 440);
  mbr.set([0x80, 0, 0, 0, 0x83, 0, 0, 0], 446);
  mbr.writeUInt32LE(PARTITION_SECTOR, 454);
  mbr.writeUInt32LE((PARTITION_MB * 1_048_576) / SECTOR, 458);
  mbr.set([0x55, 0xaa], 510);
  const disk = await open(join(folder, "disk.raw"), "w");
  try {
    await disk.truncate(DISK_MB * 1_048_576);
    await disk.write(mbr, 0, SECTOR, 0);
    const core = await readFile(join(folder, "core.img"));
    if (core.length > (PARTITION_SECTOR - 1) * SECTOR) throw new Error("GRUB does not fit before the partition");
    await disk.write(core, 0, core.length, SECTOR);
    const partition = await readFile(join(folder, "partition"));
    await disk.write(partition, 0, partition.length, PARTITION_SECTOR * SECTOR);
  } finally {
    await disk.close();
  }
}

async function buildInitramfs(folder: string, kernelVersion: string): Promise<void> {
  const root = join(folder, "root");
  for (const name of ["bin", "dev", "proc", "sys", "seed", "run", "tmp", "sbin", "usr/sbin", "etc/acpi/PWRF", "var/log", "lib/modules"]) await mkdir(join(root, name), { recursive: true });
  await copyFile("/bin/busybox", join(root, "bin/busybox"));
  await script(join(root, "init"), await readFile(join(import.meta.dirname, "guest-init.sh"), "utf8"));
  await script(join(root, "etc/dhcp.sh"), DHCP_SCRIPT);
  await script(join(root, "etc/acpi/PWRF/00000080"), POWER_OFF_SCRIPT);
  for (const name of ["chpasswd", "usermod"]) await script(join(root, "usr/sbin", name), CHPASSWD_SCRIPT);
  await script(join(root, "sbin/shutdown"), POWER_OFF_SCRIPT);
  await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\ndebian:x:1000:1000::/:/bin/sh\n");
  await writeFile(join(root, "etc/shadow"), "root:*:19000:0:99999:7:::\ndebian:*:19000:0:99999:7:::\n");
  await copyModules(root, kernelVersion);
  await copyWithLibraries(root, "/usr/sbin/qemu-ga");
  await symlink("/usr/sbin/qemu-ga", join(root, "bin/qemu-ga"));
  // The names go through a pipe of the shell's; there is nothing of anybody else's in them.
  await run("/bin/sh", ["-c", "find . | cpio --quiet -o -H newc | gzip -1 > ../initramfs.gz"], { cwd: root });
}

async function script(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}

/** The modules with all that they need, in the order in which they load. */
async function copyModules(root: string, kernelVersion: string): Promise<void> {
  const { stdout } = await run("/sbin/modprobe", ["-S", kernelVersion, "--show-depends", "-a", ...MODULES]);
  const files = [...new Set(stdout.split("\n").flatMap((line) => /^insmod (\S+)/.exec(line)?.[1] ?? []))];
  const names: string[] = [];
  for (const file of files) {
    const name = `/lib/modules/${basename(file)}`;
    await copyFile(file, join(root, name));
    names.push(name);
  }
  await writeFile(join(root, "modules.list"), `${names.join("\n")}\n`);
}

async function copyWithLibraries(root: string, program: string): Promise<void> {
  const { stdout } = await run("ldd", [program]);
  const libraries = [...stdout.matchAll(/(\/\S+)(?= \(0x)/g)].flatMap((match) => match[1] ?? []);
  for (const file of [program, ...libraries]) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await cp(file, join(root, file), { dereference: true });
  }
}
