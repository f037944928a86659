import { COMMAND_ARGS, COMMAND_TYPES, type CommandMessage, type CommandType, commandMessage } from "#shared/machines/device.ts";
import { z } from "zod";
import type { Board } from "./board.ts";
import type { CommandStore, Outcome } from "./command-store.ts";
import type { StoredCommand } from "./state-file.ts";

/** Begins what a command asks for, or says why not. */
export type CommandHandler<T extends CommandType> = (command: CommandMessage, args: z.infer<(typeof COMMAND_ARGS)[T]>) => Begun | Refusal;
export interface Refusal {
  refuse: string;
  data?: StoredCommand["data"];
}
export interface Begun {
  slot?: string;
  /** Runs once the command is stored as started and was acknowledged. null: it ends in the next run of the firmware. @throws PowerLost */
  run: (accepted: Promise<void>) => Promise<Outcome | null>;
  /** after the result was stored and sent */
  after?: () => void;
}

export type CommandHandlers = { [T in Exclude<CommandType, "query">]: CommandHandler<T> };

/** Of a type that this firmware does not know it reads this much. */
const anyCommand = commandMessage.extend({ type: z.string().max(64) });

/** Takes commands: each is begun at most once, and whoever asks again hears the same answer. */
export class Commands {
  readonly #board: Board;
  readonly #store: CommandStore;
  readonly #handlers: CommandHandlers;
  readonly #onExpired: () => void;

  /** @param onExpired a command was too late by the device's clock, which may be what is wrong */
  constructor(board: Board, store: CommandStore, handlers: CommandHandlers, onExpired: () => void) {
    this.#board = board;
    this.#store = store;
    this.#handlers = handlers;
    this.#onExpired = onExpired;
  }

  /** Takes what came on `cmd`. Up to where a command is stored nothing is awaited: two copies of one cannot pass each other. @throws PowerLost */
  async take(payload: Buffer): Promise<void> {
    const { clock, flash, log, power } = this.#board;
    power.reach("command.received");
    const command = read(payload);
    if (!command) return log.warn({}, "a command that cannot be read");
    if (clock.heard(command.ts)) flash.save();
    if (command.type === "query") return this.#answer(command);
    const known = this.#store.find(command.id);
    if (known) return this.#say(known);
    const begun = this.#begin(command);
    if ("refuse" in begun) return this.#say(this.#store.refuse(command, begun.refuse, begun.data));
    this.#store.begin(command, begun.slot);
    power.reach("command.stored");
    await this.#carryOut(command, begun);
  }

  /** At the start: what the power took away is over, without a result. Those of `lasting` types go on or have ended by this very start. */
  recover(ended: (command: StoredCommand) => Outcome | null): void {
    for (const command of this.#store.unfinished()) {
      const outcome = ended(command);
      if (outcome) this.#store.finish(command.id, outcome);
    }
  }

  /** At a connection: results that the broker may not have. */
  report(): void {
    for (const command of this.#store.unreported()) void this.#say(command);
  }

  /** Ends a command of an earlier moment, and says so. */
  end(id: string, outcome: Outcome): void {
    const command = this.#store.finish(id, outcome);
    if (command) void this.#say(command);
  }

  #begin(command: CommandMessage): Begun | Refusal {
    if (this.#store.mayBeForgotten(command)) return { refuse: "EXPIRED" };
    if (this.#board.clock.serverNow() > command.exp) {
      this.#onExpired();
      return { refuse: "EXPIRED" };
    }
    if (!isKnown(command.type)) return { refuse: "UNKNOWN_TYPE" };
    const args = COMMAND_ARGS[command.type].safeParse(command.args);
    if (!args.success) return { refuse: "FAILED", data: { reason: `args.${args.error.issues[0]?.path.join(".") ?? ""}: ${args.error.issues[0]?.message ?? ""}` } };
    // The arguments were read by the schema of this very type; TypeScript cannot follow that through the table.
    return (this.#handlers[command.type] as CommandHandler<CommandType>)(command, args.data);
  }

  async #carryOut(command: CommandMessage, begun: Begun): Promise<void> {
    const { power, send } = this.#board;
    const accepted = send("ack", { id: command.id, phase: "accepted" });
    await power.reachAfter("command.accepted", accepted);
    const outcome = await begun.run(accepted);
    if (!outcome) return;
    const ended = this.#store.finish(command.id, outcome);
    power.reach("result.stored");
    if (ended) await power.reachAfter("result.sent", this.#say(ended));
    begun.after?.();
  }

  /** What became of an earlier command: said again as its own acknowledgement, and as the answer. */
  async #answer(query: CommandMessage): Promise<void> {
    const args = COMMAND_ARGS.query.safeParse(query.args);
    const asked = args.success ? this.#store.find(args.data.id) : undefined;
    if (!asked) return this.#board.send("ack", { id: query.id, phase: "failed", code: args.success ? "UNKNOWN_ID" : "FAILED" });
    void this.#say(asked);
    const phase = asked.phase === "started" ? "accepted" : asked.phase;
    return this.#board.send("ack", { id: query.id, phase: "done", data: { id: asked.id, phase, ...(asked.code ? { code: asked.code } : {}) } });
  }

  async #say(command: StoredCommand): Promise<void> {
    const { id, phase, code, data } = command;
    if (phase === "started") return this.#board.send("ack", { id, phase: "accepted" });
    await this.#board.send("ack", { id, phase, ...(code ? { code } : {}), ...(data ? { data } : {}) });
    if (!this.#board.power.signal.aborted) this.#store.reported(id);
  }
}

function read(payload: Buffer): CommandMessage | null {
  try {
    const parsed = anyCommand.safeParse(JSON.parse(payload.toString("utf8")));
    // A type of its own is looked at before anything is done with it.
    return parsed.success ? (parsed.data as CommandMessage) : null;
  } catch {
    return null;
  }
}

function isKnown(type: string): type is Exclude<CommandType, "query"> {
  return COMMAND_TYPES.some((one) => one === type && one !== "query");
}
