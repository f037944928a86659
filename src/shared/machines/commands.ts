import { z } from "zod";
import { cursorInput, cursorOf, id, timestamp } from "../schema.ts";
import { COMMAND_TYPES } from "./device.ts";
import { COMMAND_STATES } from "./states.ts";

/** What people may tell a machine. The others belong to processes of their own: sales, credentials. */
const ISSUABLE_COMMANDS = ["identify", "self_test", "reboot", "query"] as const satisfies readonly (typeof COMMAND_TYPES)[number][];
export type IssuableCommand = (typeof ISSUABLE_COMMANDS)[number];

export const commandListInput = cursorInput.extend({ id: id("machine") });
export const commandGetInput = z.object({ id: id("machine"), commandId: id("deviceCommand") });
export const commandIssueInput = z.object({
  id: id("machine"),
  type: z.enum(ISSUABLE_COMMANDS),
  seconds: z.number().int().min(1).max(600).optional().describe("of identify: how long it shows itself; 30 when absent"),
  commandId: id("deviceCommand").optional().describe("of query: the command that is asked about"),
});

const details = z.record(z.string(), z.unknown());

export const commandOutput = z.object({
  id: z.string(),
  machineId: z.string(),
  type: z.enum(COMMAND_TYPES),
  args: details,
  state: z.enum(COMMAND_STATES).describe("sent: the broker took it for a machine that was online; only accepted and later say that the machine has it"),
  code: z.string().nullable().describe("of a failure"),
  data: details.nullable().describe("what the machine said with its result"),
  late: z.object({ phase: z.string(), code: z.string().nullable(), data: details.nullable(), at: timestamp }).nullable().describe("what it said after the command had counted as ended"),
  orderLineId: z.string().nullable(),
  actorName: z.string().nullable().describe("null: the server itself"),
  createdAt: timestamp,
  expiresAt: timestamp.describe("the machine does not begin it later"),
  sentAt: timestamp.nullable(),
  acceptedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
});
export type Command = z.infer<typeof commandOutput>;
export const commandListOutput = cursorOf(commandOutput);
