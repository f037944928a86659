import type { BootFacts } from "./facts.ts";
import type { Color } from "./text-screen.ts";

export interface BootLine {
  /** 0 power on … 1 the guest has come up */
  at: number;
  spans: readonly (readonly [text: string, color: Color])[];
}

/** How long the kernel says that all this took. */
const SECONDS = 4.217;

/** What a guest writes while it boots. */
export function bootLog(facts: BootFacts): BootLine[] {
  const memoryKb = facts.memoryMb * 1_024;
  const kernel: readonly string[] = [
    `Linux version ${facts.kernel} (${facts.system}) SMP PREEMPT_DYNAMIC`,
    "Command line: console=tty1 console=ttyS0 root=/dev/vda1 ro quiet",
    "Hypervisor detected: Switchyard simulator (nothing here is real)",
    `Memory: ${memoryKb - 38_912}K/${memoryKb}K available`,
    `smp: Brought up 1 node, ${facts.vcpu} ${facts.vcpu === 1 ? "CPU" : "CPUs"}`,
    `virtio_blk virtio1: [vda] ${facts.storageGb * 2_097_152} 512-byte logical blocks (${facts.storageGb} GiB)`,
    `virtio_net virtio0 eth0: link up, ${facts.mac}`,
    "EXT4-fs (vda1): mounted filesystem, ordered data mode",
  ];
  const services: readonly string[] = [
    "Reached target local-fs.target - Local File Systems.",
    "Started systemd-udevd.service - Device Event Manager.",
    `Finished cloud-init.service - host name ${facts.hostname}, user ${facts.user}.`,
    `Started systemd-networkd.service - eth0 has ${facts.address}.`,
    "Started qemu-guest-agent.service - its answers are simulated.",
    "Started ssh.service - OpenBSD Secure Shell server.",
    "Reached target multi-user.target - Multi-User System.",
  ];
  const total = kernel.length + services.length;
  return [
    ...kernel.map((text, n): BootLine => {
      const at = n / total;
      return { at, spans: [[`[${(at * SECONDS).toFixed(6).padStart(12)}] `, "dim"], [text, text.startsWith("Hypervisor") ? "warning" : "plain"]] };
    }),
    ...services.map((text, n): BootLine => ({ at: (kernel.length + n) / total, spans: [["[  ", "plain"], ["OK", "good"], ["  ] ", "plain"], [text, "plain"]] })),
  ];
}
