export const MACHINE_STATUSES = ["draft", "awaiting_claim", "online", "offline", "decommissioned"] as const;
export type MachineStatus = (typeof MACHINE_STATUSES)[number];

/** The wizard's questions, in order. Each can be gone back to; the last two need the earlier ones complete. */
export const WIZARD_STEPS = ["details", "location", "planogram", "network", "label", "live"] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number];

/** created → sent → accepted → done | failed; expired: never accepted; unknown: accepted, and no result in time. */
export const COMMAND_STATES = ["created", "sent", "accepted", "done", "failed", "expired", "unknown"] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

/** Where each state may go. A result that comes after "expired" or "unknown" is late: kept, and "unknown" may still become known. */
export const COMMAND_NEXT: Record<CommandState, readonly CommandState[]> = {
  created: ["sent", "failed", "expired"],
  sent: ["accepted", "done", "failed", "expired"],
  accepted: ["done", "failed", "unknown"],
  unknown: ["done", "failed"],
  done: [],
  failed: [],
  expired: [],
};

export const ORDER_STATUSES = ["created", "paid", "dispensing", "dispensed", "failed", "refunded", "expired"] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** How the money stands, apart from how the goods do: giving back is a process of its own. */
export const PAYMENT_STATES = ["none", "authorized", "captured", "voided", "refunding", "refunded", "refund_failed"] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

export const LINE_STATES = ["reserved", "dispensing", "dispensed", "failed", "unknown", "released"] as const;
export type LineState = (typeof LINE_STATES)[number];

export const ALERT_STATES = ["pending", "firing", "acknowledged", "resolved"] as const;
export type AlertState = (typeof ALERT_STATES)[number];
export const SEVERITIES = ["info", "warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const ROLLOUT_STATUSES = ["draft", "running", "paused", "completed", "aborted"] as const;
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number];
export const ROLLOUT_MACHINE_STATES = ["waiting", "offered", "downloading", "verifying", "installing", "succeeded", "failed", "rolled_back", "skipped"] as const;
export type RolloutMachineState = (typeof ROLLOUT_MACHINE_STATES)[number];
