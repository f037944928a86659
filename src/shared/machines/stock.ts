/** Why a slot's count changed. A device reports what it has; all others say what was done. */
export const MOVEMENT_KINDS = ["refill", "count", "dispense", "device", "correction", "spoilage", "import", "planogram"] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** Failed dispenses one after the other that take a slot out of sale. */
export const FAILURES_TO_DISABLE = 3;
