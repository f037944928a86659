import type { Tone } from "#components/ui/state-chip.tsx";
import type { Command } from "#shared/machines/commands.ts";

/** How a command stands, in a word's key: an expired one was either never brought to the machine or never answered by it. */
export function commandWord(command: Pick<Command, "state" | "sentAt">): Command["state"] | "neverSent" {
  return command.state === "expired" && command.sentAt === null ? "neverSent" : command.state;
}

export const COMMAND_TONES: Record<Command["state"], Tone> = { created: "busy", sent: "busy", accepted: "busy", done: "ok", failed: "bad", expired: "warn", unknown: "warn" };

/** What a machine said with its result, in one line. */
export function dataText(data: Readonly<Record<string, unknown>> | null): string {
  return Object.entries(data ?? {})
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(" · ");
}
