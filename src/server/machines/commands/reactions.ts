import type { CommandType } from "#shared/machines/device.ts";
import type { CommandState } from "#shared/machines/states.ts";
import type { Tx } from "#server/infra/events.ts";
import { takeRotateOutcome } from "../credentials/rotation.ts";
import { takeDispenseResult } from "../orders/dispense-results.ts";
import type { DeviceCommand } from "#server/infra/prisma/client.ts";

/** What became of a command. */
export interface CommandOutcome {
  command: DeviceCommand;
  state: Extract<CommandState, "accepted" | "done" | "failed" | "expired" | "unknown">;
  /** of a failure */
  code: string | null;
  data: unknown;
  /** It came when the command counted as expired or unknown already, or contradicts what was said before. */
  late: boolean;
  at: Date;
}

type CommandReaction = (tx: Tx, outcome: CommandOutcome) => Promise<void>;

/** Who has to do something about the outcome of a command, in the transaction that learns of it; each outcome of a command is told once. */
export const REACTIONS: { [type in CommandType]?: CommandReaction } = { dispense: takeDispenseResult, rotate: takeRotateOutcome };
