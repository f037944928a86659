import { existsSync, globSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { command } from "./step.ts";

/** The programs that tests use beside Node, found where Debian and others put them. */
export interface Programs {
  chromium: string | undefined;
  /** folder with initdb and postgres */
  postgres: string | undefined;
  mosquitto: string | undefined;
  redis: string | undefined;
  /** libvirtd, with QEMU and all that the test guest is made of */
  libvirt: string | undefined;
  /** the C compiler, for the firmware's core */
  gcc: string | undefined;
  /** Korean in screenshots and pages */
  koreanFont: string | undefined;
}

const PACKAGES: Record<keyof Programs, readonly string[]> = {
  chromium: ["chromium"],
  postgres: ["postgresql"],
  mosquitto: ["mosquitto", "mosquitto-clients"],
  redis: ["redis-server"],
  libvirt: [
    "libvirt-daemon-system",
    "libvirt-clients",
    "qemu-system-x86",
    "qemu-utils",
    "dnsmasq-base",
    "iptables",
    "grub-pc-bin",
    "grub-common",
    "busybox-static",
    "linux-image-cloud-amd64",
    "qemu-guest-agent",
    "e2fsprogs",
    "cpio",
    "kmod",
  ],
  gcc: ["gcc", "libc6-dev"],
  koreanFont: ["fonts-noto-cjk"],
};

const WITHOUT: Record<keyof Programs, string> = {
  chromium: "the end-to-end tests",
  postgres: "the integration tests on PostgreSQL",
  mosquitto: "the bridge's tests on Mosquitto",
  redis: "the tests of several processes over Redis",
  libvirt: "the libvirt driver's tests on real VMs",
  gcc: "the tests of the firmware's core",
  koreanFont: "the look of Korean text (no test is skipped)",
};

export function findPrograms(): Programs {
  const path = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  const inPath = (...names: string[]): string | undefined => names.flatMap((name) => path.map((folder) => join(folder, name))).find((file) => existsSync(file));
  return {
    chromium: process.env["CHROMIUM_PATH"] || inPath("chromium", "chromium-browser", "google-chrome"),
    postgres: postgresFolder() ?? inPath("initdb")?.replace(/\/initdb$/, ""),
    mosquitto: inPath("mosquitto"),
    redis: inPath("redis-server"),
    libvirt: libvirtWithGuest(inPath),
    gcc: inPath("gcc"),
    koreanFont: ["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/noto"].find((file) => existsSync(file)),
  };
}

/** Everything or nothing: the tests need real VMs. */
function libvirtWithGuest(inPath: (...names: string[]) => string | undefined): string | undefined {
  const programs = ["virsh", "virtlogd", "qemu-system-x86_64", "qemu-img", "dnsmasq", "iptables", "grub-mkimage", "busybox", "qemu-ga", "mke2fs", "cpio", "modprobe"];
  const guest = existsSync("/usr/lib/grub/i386-pc/boot.img") && globSync("/boot/vmlinuz-*-cloud-amd64").length > 0;
  return guest && programs.every((name) => inPath(name) !== undefined) ? inPath("libvirtd") : undefined;
}

/** The newest that Debian has installed; it leaves these out of PATH. */
function postgresFolder(): string | undefined {
  const base = "/usr/lib/postgresql";
  if (!existsSync(base)) return undefined;
  const versions = readdirSync(base).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(base, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
}

/** Installs, as root on Debian, those of `wanted` that are missing; elsewhere says what is missing and what will be skipped. */
export async function providePrograms(root: string, wanted: readonly (keyof Programs)[]): Promise<Programs> {
  let missing = missingOf(findPrograms(), wanted);
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const packages = missing.flatMap((program) => PACKAGES[program]);
    process.stdout.write(`Installing ${packages.join(", ")} …\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const update = await command("apt-get", ["update", "-qq"], { cwd: root, env });
    const install = await command("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { cwd: root, env });
    if (install.code !== 0) process.stdout.write(`${update.output}${install.output}\n`);
    missing = missingOf(findPrograms(), wanted);
  }
  for (const program of missing) {
    process.stdout.write(`Missing: ${PACKAGES[program].join(", ")} (apt-get install as root on Debian). Skipped without it: ${WITHOUT[program]}.\n`);
  }
  return findPrograms();
}

function missingOf(programs: Programs, wanted: readonly (keyof Programs)[]): (keyof Programs)[] {
  return wanted.filter((program) => programs[program] === undefined);
}
