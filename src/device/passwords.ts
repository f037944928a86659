import type { Flash } from "./state-file.ts";

/** A broker may learn of a new password later than the device: one that reads it from a file needs somebody who writes the file. */
const TRIAL_SECONDS = 60;

interface PasswordsOptions {
  flash: Flash;
  speed: number;
  /** milliseconds of a clock that nobody sets */
  now?: () => number;
}

/** Which password the device shows: the new one, for a minute from its first refusal; then the old one, once, which still works then; and so on. */
export class Passwords {
  readonly #flash: Flash;
  readonly #trialMs: number;
  readonly #now: () => number;
  #trialEnds: number | null = null;

  constructor({ flash, speed, now = () => performance.now() }: PasswordsOptions) {
    this.#flash = flash;
    this.#trialMs = (TRIAL_SECONDS * 1_000) / speed;
    this.#now = now;
  }

  current(): string {
    const { nextPassword, claim } = this.#flash.state;
    const over = this.#trialEnds !== null && this.#now() >= this.#trialEnds;
    return nextPassword !== null && !over ? nextPassword : (claim?.mqtt.password ?? "");
  }

  /** The broker did not take this one. */
  refused(password: string): void {
    if (password === this.#flash.state.nextPassword) this.#trialEnds ??= this.#now() + this.#trialMs;
    else this.#trialEnds = null;
  }

  /** The broker took this one. @returns how a rotation ended; null: none was under way */
  worked(password: string): "new" | "old" | null {
    const { state } = this.#flash;
    this.#trialEnds = null;
    if (state.nextPassword === null || !state.claim) return null;
    const isNew = password === state.nextPassword;
    if (isNew) state.claim.mqtt.password = password;
    state.nextPassword = null;
    this.#flash.save();
    return isNew ? "new" : "old";
  }
}
