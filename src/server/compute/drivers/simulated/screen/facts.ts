import { addressOf, type Machine } from "../machine.ts";

/** What the simulated guest finds out about itself when it boots. */
export interface BootFacts {
  hostname: string;
  user: string;
  system: string;
  kernel: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
  address: string;
  mac: string;
}

/** What it knows about itself. */
export interface GuestFacts extends BootFacts {
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

export function bootFactsOf(machine: Machine): BootFacts {
  const { guest, hardware } = machine;
  const { slug } = hardware.image;
  const [family = slug, ...version] = slug.split("-");
  const name = SYSTEMS.find(([prefix]) => family === prefix)?.[1] ?? family;
  return {
    hostname: guest?.hostname ?? machine.ref,
    user: guest?.user ?? "user",
    system: [name, ...version].join(" "),
    kernel: "6.12.0-simulated",
    vcpu: hardware.vcpu,
    memoryMb: hardware.memoryMb,
    storageGb: hardware.storageGb,
    address: addressOf(machine),
    mac: machine.mac,
  };
}

/** Of a machine that runs. */
export function factsOf(machine: Machine): GuestFacts {
  const facts = bootFactsOf(machine);
  const bootedAt = machine.bootedAt ?? Date.now();
  return {
    ...facts,
    bootedAt,
    upAt: machine.addressAt ?? bootedAt,
    passwordHash: machine.passwords[facts.user] ?? machine.guest?.passwordHash ?? null,
  };
}
