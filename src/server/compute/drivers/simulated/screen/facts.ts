import { addressOf, type Machine } from "../machine.ts";

/** What the simulated guest knows about itself. */
export interface GuestFacts {
  hostname: string;
  user: string;
  system: string;
  kernel: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
  address: string;
  mac: string;
  bootedAt: number;
  /** when it has come up */
  upAt: number;
  /** SHA-512-crypt of the user's password; null: none was set */
  passwordHash: string | null;
}

const SYSTEMS: readonly [prefix: string, name: string][] = [
  ["debian", "Debian GNU/Linux"],
  ["ubuntu", "Ubuntu"],
  ["alpine", "Alpine Linux"],
  ["rocky", "Rocky Linux"],
  ["fedora", "Fedora Linux"],
  ["arch", "Arch Linux"],
];

/** Of a machine that runs. */
export function factsOf(machine: Machine): GuestFacts {
  const { guest, hardware } = machine;
  const { slug } = hardware.image;
  const [family = slug, ...version] = slug.split("-");
  const name = SYSTEMS.find(([prefix]) => family === prefix)?.[1] ?? family;
  const user = guest?.user ?? "user";
  const bootedAt = machine.bootedAt ?? Date.now();
  return {
    hostname: guest?.hostname ?? machine.ref,
    user,
    system: [name, ...version].join(" "),
    kernel: "6.12.0-simulated",
    vcpu: hardware.vcpu,
    memoryMb: hardware.memoryMb,
    storageGb: hardware.storageGb,
    address: addressOf(machine),
    mac: machine.mac,
    bootedAt,
    upAt: machine.addressAt ?? bootedAt,
    passwordHash: machine.passwords[user] ?? guest?.passwordHash ?? null,
  };
}
