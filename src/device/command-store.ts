import type { CommandMessage } from "#shared/machines/device.ts";
import type { Flash, StoredCommand } from "./state-file.ts";

/** so many commands are remembered, with what became of them */
export const REMEMBERED = 32;

export type Outcome = { phase: "done"; data?: StoredCommand["data"] } | { phase: "failed"; code: string; data?: StoredCommand["data"] };

/**
 * What the device remembers of commands, in its flash. A dispense that falls out of this memory is not forgotten altogether: no unknown dispense is begun whose `exp`
 * is not later than that of one that fell out. So the motor turns at most once for an id, however often and late the id comes, and whatever the clock says.
 */
export class CommandStore {
  readonly #flash: Flash;

  constructor(flash: Flash) {
    this.#flash = flash;
  }

  find(id: string): StoredCommand | undefined {
    return this.#flash.state.commands.find((command) => command.id === id);
  }

  /** Whether this command, though unknown, may be one that was carried out and fell out of memory. */
  mayBeForgotten(command: CommandMessage): boolean {
    return command.type === "dispense" && command.exp <= this.#flash.state.forgottenUntil;
  }

  /** Remembers that the command is begun. It is on disk when this returns. */
  begin(command: CommandMessage, slot: string | null = null): void {
    this.#add({ id: command.id, type: command.type, exp: command.exp, slot, phase: "started", reported: false });
  }

  /** Remembers that the command was refused: it stays refused, if it comes again at a better time. */
  refuse(command: CommandMessage, code: string, data?: StoredCommand["data"]): StoredCommand {
    return this.#add({ id: command.id, type: command.type, exp: command.exp, slot: null, phase: "failed", code, ...(data ? { data } : {}), reported: false });
  }

  /** Remembers how a command ended, with everything else that was changed in the state. */
  finish(id: string, outcome: Outcome): StoredCommand | undefined {
    const command = this.find(id);
    if (command) Object.assign(command, outcome);
    this.#flash.save();
    return command;
  }

  /** The broker has its result. */
  reported(id: string): void {
    const command = this.find(id);
    if (!command || command.reported) return;
    command.reported = true;
    this.#flash.save();
  }

  /** Begun and not ended: when the device starts, those that the power took away. */
  unfinished(): StoredCommand[] {
    return this.#flash.state.commands.filter((command) => command.phase === "started");
  }

  /** Ended, and the broker may not know. */
  unreported(): StoredCommand[] {
    return this.#flash.state.commands.filter((command) => command.phase !== "started" && !command.reported);
  }

  #add(command: StoredCommand): StoredCommand {
    const { state } = this.#flash;
    state.commands.push(command);
    while (state.commands.length > REMEMBERED) {
      const oldest = state.commands.findIndex((one) => one.phase !== "started");
      const [gone] = state.commands.splice(Math.max(0, oldest), 1);
      if (gone?.type === "dispense") state.forgottenUntil = Math.max(state.forgottenUntil, gone.exp);
    }
    this.#flash.save();
    return command;
  }
}
