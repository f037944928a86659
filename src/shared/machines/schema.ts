import { z } from "zod";
import { cursorInput, cursorOf, displayName, id, micro, pageInput, pageOf, timestamp } from "../schema.ts";
import { MACHINE_STATUSES, WIZARD_STEPS } from "./states.ts";

export const slotCode = z.string().trim().toUpperCase().regex(/^[A-Z][0-9]{1,2}$/, { error: "must be a letter and one or two digits, like A1" });

export const slotOutput = z.object({
  code: z.string(),
  row: z.number().int(),
  column: z.number().int(),
  capacity: z.number().int(),
  count: z.number().int(),
  price: micro.nullable().describe("null: the product's"),
  disabledReason: z.enum(["manual", "failures"]).nullable().describe("null: it sells"),
  product: z.object({ id: z.string(), name: z.string(), sku: z.string(), price: micro }).nullable(),
});

export const templateOutput = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  heartbeatSeconds: z.number().int(),
  slots: z.array(z.object({ code: z.string(), row: z.number().int(), column: z.number().int(), capacity: z.number().int() })),
});

export const productOutput = z.object({ id: z.string(), name: z.string(), sku: z.string(), price: micro });
export const productCreateInput = z.object({
  organizationId: id("organization"),
  name: displayName(),
  sku: z.string().trim().toUpperCase().regex(/^[A-Z0-9-]{1,24}$/, { error: "must have 1 to 24 letters, digits and hyphens" }),
  price: micro.refine((value) => BigInt(value) > 0n && BigInt(value) <= 10_000_000_000n, { error: "must be more than zero and at most 10,000 credits" }),
});
export const organizationScopedInput = z.object({ organizationId: id("organization") });

export const machineOutput = z.object({
  id: z.string(),
  organizationId: z.string(),
  organizationName: z.string(),
  name: z.string(),
  slug: z.string(),
  status: z.enum(MACHINE_STATUSES),
  wizardStep: z.enum(WIZARD_STEPS),
  address: z.string(),
  simulated: z.boolean(),
  firmwareVersion: z.string().nullable(),
  latest: z.object({ metrics: z.record(z.string(), z.number()), at: timestamp }).nullable(),
  stock: z.object({ count: z.number().int(), capacity: z.number().int() }),
  lastSeenAt: timestamp.nullable(),
  createdAt: timestamp,
});
export const machineDetailOutput = machineOutput.extend({
  notes: z.string(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  timezone: z.string(),
  templateId: z.string().nullable(),
  templateName: z.string().nullable(),
  heartbeatSeconds: z.number().int(),
  networkKind: z.enum(["wifi", "ethernet", "cellular"]),
  wifiSsid: z.string().nullable(),
  hardwareId: z.string().nullable(),
  serial: z.string().nullable().describe("the owner's own number for it"),
  chip: z.string().nullable(),
  ip: z.string().nullable(),
  configVersion: z.number().int(),
  claimedAt: timestamp.nullable(),
  connectedAt: timestamp.nullable(),
  firstReadingAt: timestamp.nullable(),
  statusChangedAt: timestamp.nullable(),
  slots: z.array(slotOutput),
  claim: z.object({ medium: z.enum(["screen", "label"]), expiresAt: timestamp, usedAt: timestamp.nullable() }).nullable().describe("the newest claim token; never the token itself"),
  rejectedCount: z.number().int(),
});

export const machineListInput = pageInput.extend({
  status: z.enum(MACHINE_STATUSES).optional(),
  search: z.string().trim().max(100).optional(),
});
export const machineListOutput = pageOf(machineOutput);
export const machineIdInput = z.object({ id: id("machine") });

/** Start of the wizard. Each later step saves itself by `onboardingSaveInput` and can be left at any time. */
export const onboardingStartInput = z.object({ organizationId: id("organization"), name: displayName(), notes: z.string().trim().max(500).default("") });

/** Start of the wizard with what another machine of the same organization is set to. */
export const machineCloneInput = z.object({
  sourceId: id("machine"),
  organizationId: id("organization").describe("for whom the copy is: the same as the machine's that is copied, whose products are in it"),
  name: displayName(),
  notes: z.string().trim().max(500).default(""),
});

/** Machines of an organization that can be copied: those with slots. */
export const cloneSourcesInput = z.object({ organizationId: id("organization"), search: z.string().trim().max(100).optional() });
export const cloneSourcesOutput = z.object({ data: z.array(z.object({ id: z.string(), name: z.string(), address: z.string() })).describe("the newest that fit the search, at most 20") });

/** Onboardings that were begun and have no codes yet. */
export const draftListInput = pageInput;
export const draftListOutput = pageOf(
  z.object({
    id: z.string(),
    name: z.string(),
    organizationName: z.string(),
    wizardStep: z.enum(WIZARD_STEPS).describe("where it goes on"),
    slots: z.number().int(),
    startedBy: z.string().nullable().describe("null: not a person, or one that is no longer there"),
    startedAt: timestamp,
    savedAt: timestamp.describe("last change"),
  }),
);

export const onboardingSaveInput = z.object({
  id: id("machine"),
  step: z.enum(WIZARD_STEPS).describe("where the wizard is to resume"),
  details: z.object({ name: displayName(), notes: z.string().trim().max(500) }).optional(),
  location: z
    .object({
      address: z.string().trim().max(200),
      latitude: z.number().min(-90).max(90).nullable(),
      longitude: z.number().min(-180).max(180).nullable(),
      timezone: z.string().max(64).refine((zone) => isTimeZone(zone), { error: "must be an IANA time zone, like Europe/Berlin" }),
    })
    .optional(),
  planogram: z
    .object({
      templateId: id("machineTemplate"),
      exact: z.boolean().optional().describe("true: the slots named here are all that the machine has, also without some of the template's or with others; else it has the template's, those not named empty"),
      slots: z
        .array(
          z.object({
            code: slotCode,
            productId: id("product").nullable(),
            count: z.number().int().min(0).max(999),
            price: productCreateInput.shape.price.nullable(),
            capacity: z.number().int().min(1).max(999).optional().describe("not given: the template's"),
            enabled: z.boolean().optional().describe("false: not for sale; not given: as it is"),
          }),
        )
        .max(200),
    })
    .optional(),
  network: z
    .object({
      kind: z.enum(["wifi", "ethernet", "cellular"]),
      wifiSsid: z.string().min(1).max(32).nullable().describe("the password stays with the installer"),
      heartbeatSeconds: z.number().int().min(5).max(3600),
    })
    .optional(),
});

export const claimIssueInput = z.object({ id: id("machine"), medium: z.enum(["screen", "label"]).default("screen") });

/** Shown once: the token is stored hashed. Issuing again makes it worthless. */
export const claimIssueOutput = z.object({
  token: z.string().describe("26 characters of Crockford base 32: 130 bits"),
  typeable: z.string().describe("the token in groups, for typing"),
  url: z.string().describe("upper case, for the QR's alphanumeric mode"),
  expiresAt: timestamp,
  claimQrSvg: z.string(),
  espressifPayload: z.string(),
  espressifQrSvg: z.string(),
  files: z.array(z.object({ name: z.string(), mediaType: z.string(), content: z.string() })).describe("config.json, NVS CSV, Arduino header, README"),
});

export const rejectedOutput = z.object({ id: z.string(), topic: z.string(), reason: z.string(), payload: z.string(), sizeBytes: z.number().int(), receivedAt: timestamp });
export const connectionOutput = z.object({ id: z.string(), type: z.string(), at: timestamp, reason: z.string().nullable() });
export const connectionListInput = cursorInput.extend({ id: id("machine") });
export const connectionListOutput = cursorOf(connectionOutput);

/** What the page behind the claim QR shows to anybody who scans it: little. */
export const claimStatusInput = z.object({ token: z.string().max(64) });
export const claimStatusOutput = z.object({
  state: z.enum(["waiting", "claimed", "connected", "expired", "superseded", "unknown"]),
  machineName: z.string().nullable(),
  online: z.boolean(),
});

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
