import { z } from "zod";
import { displayName, id, micro, timestamp, timeZone } from "../schema.ts";

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email({ error: "must be an e-mail address" }));

/** At least 10 characters; length is what helps (NIST SP 800-63B), so no rules about kinds of characters. */
export const password = z
  .string()
  .min(10, { error: "must have at least 10 characters" })
  .max(200, { error: "must have at most 200 characters" });

export const signupInput = z.object({
  email,
  password,
  name: displayName(80).optional(),
  phoneNumber: z.string().trim().max(32).regex(/^\+?[0-9 ()-]{5,}$/, { error: "must be a telephone number" }).optional(),
});

export const loginInput = z.object({ email, password: z.string().min(1).max(200) });

export const profile = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  phoneNumber: z.string().nullable(),
  role: z.string().nullable().describe("role on the platform; null for a customer"),
  permissions: z.array(z.string()),
  tier: z.string(),
  credits: micro.describe("available micro-credits of the current organization"),
  organizationId: z.string(),
  preferences: z.object({ locale: z.enum(["en", "ko"]), theme: z.enum(["auto", "light", "dark"]) }),
  createdAt: timestamp,
});

export const tokens = z.object({ token: z.string(), refreshToken: z.string(), expiresIn: z.number().int().describe("seconds") });
export const loginOutput = tokens.extend({ user: profile });

export const updateMeInput = z.object({
  name: displayName(80).optional(),
  phoneNumber: signupInput.shape.phoneNumber.unwrap().nullable().optional(),
  preferences: z.object({ locale: z.enum(["en", "ko"]).optional(), theme: z.enum(["auto", "light", "dark"]).optional() }).optional(),
});

export const sessionOutput = z.object({
  id: z.string(),
  kind: z.enum(["browser", "token"]),
  userAgent: z.string(),
  ip: z.string(),
  createdAt: timestamp,
  lastUsedAt: timestamp,
  current: z.boolean(),
});

export const sessionIdInput = z.object({ id: id("session") });

export const organizationOutput = z.object({
  id: z.string(),
  name: z.string(),
  personal: z.boolean(),
  role: z.string(),
  permissions: z.array(z.string()),
  tier: z.string(),
  timeZone: z.string().nullable().describe("IANA name, of the organization's own; null: the installation's"),
  effectiveTimeZone: z.string().describe("in its nights VMs that have expired are stopped"),
});

export const updateOrganizationInput = z.object({
  id: id("organization"),
  timeZone: timeZone.nullable().optional().describe("IANA name, like Asia/Seoul: in its nights VMs that have expired are stopped; null: the installation's"),
});
