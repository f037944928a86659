import type { Flash } from "./state-file.ts";

/** A broker may learn of a new password a little later than the device. */
const TRIES = 10;

/** Which password the device shows: the new one first; after it was refused for a while the old one, which still works then; and so on. */
export class Passwords {
  readonly #flash: Flash;
  #refusals = 0;

  constructor(flash: Flash) {
    this.#flash = flash;
  }

  current(): string {
    const { nextPassword, claim } = this.#flash.state;
    const old = claim?.mqtt.password ?? "";
    return nextPassword !== null && this.#refusals % (TRIES + 1) < TRIES ? nextPassword : old;
  }

  refused(): void {
    this.#refusals += 1;
  }

  /** The broker took this one. @returns how a rotation ended; null: none was under way */
  worked(password: string): "new" | "old" | null {
    const { state } = this.#flash;
    this.#refusals = 0;
    if (state.nextPassword === null || !state.claim) return null;
    const isNew = password === state.nextPassword;
    if (isNew) state.claim.mqtt.password = password;
    state.nextPassword = null;
    this.#flash.save();
    return isNew ? "new" : "old";
  }
}
