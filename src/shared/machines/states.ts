export const MACHINE_STATUSES = ["draft", "awaiting_claim", "online", "offline", "decommissioned"] as const;
export type MachineStatus = (typeof MACHINE_STATUSES)[number];

/** The wizard's questions, in order. Each can be gone back to; the last two need the earlier ones complete. */
export const WIZARD_STEPS = ["details", "location", "planogram", "network", "label", "live"] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number];
