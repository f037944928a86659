/** The time, as everything that decides by time must ask for it: tests move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands until it is moved. */
export class ManualClock implements Clock {
  #now: Date;

  constructor(start: string | Date) {
    this.#now = new Date(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** Moves the clock by `ms` milliseconds, backwards too. */
  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }

  set(time: string | Date): void {
    this.#now = new Date(time);
  }
}
