/** Where the power can go in the middle of things; what came before the point is done, what follows is not. */
export const POWER_STEPS = [
  "command.received",
  "command.stored",
  "command.accepted",
  "motor.turned",
  "result.stored",
  "result.sent",
  "password.stored",
  "config.stored",
  "update.stored",
  "update.half",
  "update.verified",
  "update.installed",
  "update.booted",
] as const;
export type PowerStep = (typeof POWER_STEPS)[number];

/** What goes wrong with a simulated device. May be changed while it runs. */
export interface Faults {
  /** so many of its next acknowledgements of commands are lost on the way */
  dropAcks: number;
  /** it says everything so many times more, as the same message */
  repeatMessages: number;
  /** the power goes here, once, and comes back */
  powerCycleAt: PowerStep | null;
  /** its clock is wrong by so much, in milliseconds; negative: late */
  clockOffsetMs: number;
  /** slots whose motor jams */
  jam: Set<string>;
  /** slots whose motor does not turn at all */
  motorBroken: Set<string>;
  /** the motor turns, and the drop sensor sees nothing */
  noDrop: boolean;
  /** firmware that it downloads has a wrong byte */
  otaFail: boolean;
  /** new firmware never reaches the broker */
  rollback: boolean;
}

export function noFaults(): Faults {
  return { dropAcks: 0, repeatMessages: 0, powerCycleAt: null, clockOffsetMs: 0, jam: new Set(), motorBroken: new Set(), noDrop: false, otaFail: false, rollback: false };
}
