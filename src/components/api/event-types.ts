import type { EventType } from "#shared/platform/events.ts";

/** The durable events by name. Written out, because the schemas beside them would bring zod into every page; the compiler holds it complete. */
const NAMES = {
  "project.changed": true,
  "vm.created": true,
  "vm.updated": true,
  "vm.status.changed": true,
  "vm.expiry.warning": true,
  "vm.expired": true,
  "host.unreachable": true,
  "ledger.check.failed": true,
  "host.healthy": true,
  "operation.progress": true,
  "credits.changed": true,
  "credits.low": true,
  "credits.exhausted": true,
  "credits.stop.due": true,
  "credits.start.due": true,
  "credits.recovered": true,
  "credits.topup.paid": true,
  "credits.topup.failed": true,
  "credits.topup.expired": true,
  "credits.topup.refunded": true,
  "credits.topup.disputed": true,
  "credits.topup.mismatched": true,
  "credits.auto_topup.disabled": true,
  "prices.changed": true,
  "machine.created": true,
  "machine.updated": true,
  "machine.claimed": true,
  "machine.claim.rejected": true,
  "machine.online": true,
  "machine.offline": true,
  "machine.first_reading": true,
} as const satisfies Record<EventType, true>;

export const EVENT_TYPES = Object.keys(NAMES) as EventType[];
