import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { timeZone } from "#shared/schema.ts";
import { StartupError } from "./startup-error.ts";

/** The one reader of the environment. Each variable's default and meaning stand here and in README.md. */
const ROLES = ["web", "worker", "bridge"] as const;
export type Role = (typeof ROLES)[number];

const port = z.coerce.number({ error: "must be a port number" }).int().min(0).max(65_535);
const url = (protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be an address that begins with ${protocols.map((p) => `${p}//`).join(" or ")}`,
  });
const secret = z.string().min(32, { error: "must have at least 32 characters; make one with: openssl rand -base64 32" });

const schema = z.object({
  /** demo: loopback, demo data, one-click sign-in. production: neither, and secrets are required. */
  MODE: z.enum(["demo", "production"]).default("demo"),
  ROLES: z
    .string()
    .default(ROLES.join(","))
    .transform((text) => text.split(",").map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES, { error: `must be some of ${ROLES.join(", ")}, with commas between` })).min(1)),
  HOST: z.string().min(1).optional(),
  PORT: port.default(3000),
  /** Where browsers and devices reach this installation. */
  PUBLIC_URL: url(["http:", "https:"]).optional(),
  /** A folder, or "memory" to keep nothing. */
  DATA_DIR: z.string().min(1).default("data"),
  DATABASE_URL: url(["postgres:", "postgresql:"]).optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(10),
  /** Seconds to go on trying an unreachable database at start. */
  DATABASE_WAIT_SECONDS: z.coerce.number().min(0).max(600).default(30),
  MQTT_URL: url(["mqtt:", "mqtts:"]).optional(),
  /** The embedded broker's port. */
  MQTT_PORT: port.default(1883),
  /** The broker's address as devices see it; it is in the answer to their claim. */
  MQTT_PUBLIC_URL: url(["mqtt:", "mqtts:"]).optional(),
  /** The embedded broker's port for TLS, or "off"; 8883 in production. */
  MQTT_TLS_PORT: z.union([z.literal("off"), port]).optional(),
  /** PEM files, for a certificate that devices can check without us; else one of our own authority, which they get with their claim. */
  MQTT_TLS_CERT_FILE: z.string().min(1).optional(),
  MQTT_TLS_KEY_FILE: z.string().min(1).optional(),
  /** EMQX's REST API, with an API key as user name and password: revoked devices are sent away by it. */
  EMQX_API_URL: url(["http:", "https:"]).optional(),
  REDIS_URL: url(["redis:", "rediss:"]).optional(),
  /** Seals secrets at rest. More than one, with commas between: the first seals, all open (rotation). */
  SECRET_KEY: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(secret).min(1))
    .optional(),
  /** Signs the browser's session cookie. */
  AUTH_SECRET: secret.optional(),
  /** The first administrator of a new production installation. */
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z.string().min(12, { error: "must have at least 12 characters" }).optional(),
  WELCOME_CREDITS: z.coerce.number().int().min(0).max(1_000_000).default(25),
  /** Origins other than our own that may call the API from a browser. */
  CORS_ORIGINS: z
    .string()
    .default("")
    .transform((text) => text.split(",").map((origin) => origin.trim()).filter(Boolean))
    .pipe(z.array(url(["http:", "https:"]))),
  /** How many proxies in front of us set X-Forwarded-For. */
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  /** REST requests a minute and caller. */
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(100),
  /** Whoever presents it may read /metrics from afar; without it only this machine may. */
  METRICS_TOKEN: secret.optional(),
  /** Days that VMs' usage is kept: samples, and means of a minute, 5 minutes, an hour and a day. */
  METRICS_RETENTION_DAYS: z
    .string()
    .default("2,14,60,400,3650")
    .transform((text) => text.split(",").map(Number))
    .refine((days) => days.length === 5 && days.every((each, index) => Number.isInteger(each) && each >= Math.max(1, days[index - 1] ?? 0) && each <= 36_500), {
      error: "must be five numbers of days with commas between, none less than the one before: for samples and means of 1 minute, 5 minutes, an hour, a day",
    }),
  /** Of a Stripe account; with both, customers pay there. Without, the demo has a test provider and production no top-ups. */
  STRIPE_SECRET_KEY: z.string().regex(/^(sk|rk)_(test|live)_\w{8,}$/, { error: "must be a secret or restricted key of Stripe; it begins with sk_live_, sk_test_, rk_live_ or rk_test_" }).optional(),
  STRIPE_WEBHOOK_SECRET: z.string().regex(/^whsec_[\w+/=]{8,}$/, { error: "must be the signing secret of Stripe's webhook endpoint; it begins with whsec_" }).optional(),
  /** Customers are told when fewer hours than these are left at what they use now. */
  LOW_BALANCE_HOURS: z
    .string()
    .default("72,24")
    .transform((text) => text.split(",").map(Number))
    .refine((hours) => hours.length <= 10 && new Set(hours).size === hours.length && hours.every((each) => Number.isInteger(each) && each >= 1 && each <= 10_000), {
      error: "must be different whole numbers of hours with commas between, like 72,24",
    }),
  /** What runs goes on for so long after credits are exhausted, and is owed; then it is stopped. */
  CREDITS_GRACE_MINUTES: z.coerce.number({ error: "must be a number of minutes" }).int().min(0).max(43_200).default(60),
  /** What top-ups are paid in. */
  PAYMENT_CURRENCY: z.string().regex(/^[A-Z]{3}$/, { error: "must be an ISO 4217 code in capitals, like USD" }).refine(isCurrency, { error: "must be an ISO 4217 currency, like USD" }).default("USD"),
  /** What a credit costs, in the currency's smallest unit: cents of a dollar, whole won. */
  CREDIT_PRICE_MINOR: z.coerce.number().int().min(1).max(1_000_000).default(100),
  TOP_UP_MIN_CREDITS: z.coerce.number().int().min(1).max(1_000_000).default(5),
  TOP_UP_MAX_CREDITS: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
  /** Who stands on statements and receipts. */
  ISSUER_NAME: z.string().max(200).optional(),
  ISSUER_ADDRESS: z.string().max(500).default(""),
  ISSUER_TAX_ID: z.string().max(50).default(""),
  ISSUER_EMAIL: z.email().optional(),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).optional(),
  /** The simulated hypervisor and devices run this many times faster than real ones. */
  SIMULATION_SPEED: z.coerce.number().min(0.1).max(1000).default(1),
  /** IANA name; expired VMs are stopped at two in the night there. */
  EXPIRY_TIME_ZONE: timeZone.default("UTC"),
  /** Days that automatic backups of a VM that is gone are kept; those that people took stay. */
  BACKUP_KEEP_DAYS: z.coerce.number({ error: "must be a number of days" }).int().min(0).max(36_500).default(30),
  /** Simulated devices that the demo runs. */
  DEMO_DEVICES: z.coerce.number().int().min(0).max(50).default(3),
  NEXT_DIST_DIR: z.string().default(".next"),
});

export interface Config {
  mode: "demo" | "production";
  /** Next compiles pages as they are asked for. */
  development: boolean;
  roles: Role[];
  host: string;
  port: number;
  publicUrl: string;
  /** Absolute; a fresh temporary folder for "memory". */
  dataDir: string;
  /** Nothing is to outlive the process: the database lives in memory. */
  ephemeral: boolean;
  databaseUrl: string | null;
  databasePoolSize: number;
  databaseWaitSeconds: number;
  mqttUrl: string | null;
  mqttPort: number;
  mqttPublicUrl: string | null;
  /** null: the embedded broker has no TLS. `certificate` null: of our own authority */
  mqttTls: { port: number; certificate: { certificateFile: string; keyFile: string } | null } | null;
  emqxApiUrl: string | null;
  redisUrl: string | null;
  secretKeys: string[];
  authSecret: string;
  admin: { email: string; password: string } | null;
  welcomeCredits: number;
  corsOrigins: string[];
  trustProxy: number;
  rateLimitPerMinute: number;
  metricsToken: string | null;
  metricsRetentionDays: Record<"samples" | "1m" | "5m" | "1h" | "1d", number>;
  payments: PaymentSettings;
  /** of statements and receipts; what is empty is left out of them */
  issuer: { name: string; address: string; taxId: string; email: string };
  logLevel: string;
  simulationSpeed: number;
  expiryTimeZone: string;
  backupKeepDays: number;
  lowBalanceHours: number[];
  creditsGraceMinutes: number;
  demoDevices: number;
  nextDistDir: string;
}

export interface PaymentSettings {
  /** null: none is configured, nobody can top up */
  provider: "stripe" | "test" | null;
  /** `apiBase`: where the API is, for tests; null: Stripe's own */
  stripe: { secretKey: string; webhookSecret: string; apiBase: string | null } | null;
  currency: string;
  /** in the currency's smallest unit */
  creditPriceMinor: number;
  minCredits: number;
  maxCredits: number;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads and checks the whole environment at once.
 * @throws StartupError naming every variable that is wrong and how to mend it
 */
export function readConfig(environment: Environment, options: { development?: boolean } = {}): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new StartupError(parsed.error.issues.map((issue) => `${issue.path[0]?.toString() ?? "environment"} ${issue.message}`).join("; "));
  }
  const env = parsed.data;
  const production = env.MODE === "production";
  const ephemeral = env.DATA_DIR === "memory";
  if (production) requireProductionSettings(env, ephemeral);
  const embedded = ["DATABASE_URL", "MQTT_URL"].filter((name) => !given[name]);
  if (env.ROLES.length < ROLES.length && embedded.length > 0) {
    throw new StartupError(`ROLES splits the program into several processes, which needs ${embedded.join(" and ")}: the embedded parts serve one process alone`);
  }
  if (!production && env.HOST !== undefined && !isLoopback(env.HOST)) {
    throw new StartupError(`HOST=${env.HOST} would show the demo, with its one-click sign-in, to the network; use MODE=production for that`);
  }
  const dataDir = ephemeral ? mkdtempSync(join(tmpdir(), "switchyard-")) : resolve(env.DATA_DIR);
  prepareDataDir(dataDir);
  const secrets = env.SECRET_KEY && env.AUTH_SECRET ? null : demoSecrets(dataDir);
  const host = env.HOST ?? (production ? "0.0.0.0" : "127.0.0.1");
  return {
    mode: env.MODE,
    development: options.development ?? false,
    roles: env.ROLES,
    host,
    port: env.PORT,
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ""),
    dataDir,
    ephemeral,
    databaseUrl: env.DATABASE_URL ?? null,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    databaseWaitSeconds: env.DATABASE_WAIT_SECONDS,
    mqttUrl: env.MQTT_URL ?? null,
    mqttPort: env.MQTT_PORT,
    mqttPublicUrl: env.MQTT_PUBLIC_URL ?? null,
    mqttTls: tlsSettings(env),
    emqxApiUrl: env.EMQX_API_URL ?? null,
    redisUrl: env.REDIS_URL ?? null,
    secretKeys: env.SECRET_KEY ?? [secrets?.secretKey ?? ""],
    authSecret: env.AUTH_SECRET ?? secrets?.authSecret ?? "",
    admin: env.ADMIN_EMAIL && env.ADMIN_PASSWORD ? { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD } : null,
    welcomeCredits: env.WELCOME_CREDITS,
    corsOrigins: env.CORS_ORIGINS,
    trustProxy: env.TRUST_PROXY,
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
    // The demo's terminal shows the address and the accounts; a log line there should be a reason to look.
    metricsToken: env.METRICS_TOKEN ?? null,
    metricsRetentionDays: retention(env.METRICS_RETENTION_DAYS),
    payments: paymentSettings(env),
    issuer: { name: env.ISSUER_NAME ?? "Switchyard", address: env.ISSUER_ADDRESS, taxId: env.ISSUER_TAX_ID, email: env.ISSUER_EMAIL ?? "" },
    logLevel: env.LOG_LEVEL ?? (production ? "info" : "warn"),
    simulationSpeed: env.SIMULATION_SPEED,
    expiryTimeZone: env.EXPIRY_TIME_ZONE,
    backupKeepDays: env.BACKUP_KEEP_DAYS,
    lowBalanceHours: env.LOW_BALANCE_HOURS,
    creditsGraceMinutes: env.CREDITS_GRACE_MINUTES,
    demoDevices: production ? 0 : env.DEMO_DEVICES,
    nextDistDir: env.NEXT_DIST_DIR,
  };
}

const MQTTS_PORT = 8883;

function tlsSettings(env: z.infer<typeof schema>): Config["mqttTls"] {
  const { MQTT_TLS_CERT_FILE: certificateFile, MQTT_TLS_KEY_FILE: keyFile } = env;
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    throw new StartupError(`MQTT_TLS_CERT_FILE and MQTT_TLS_KEY_FILE go together; ${keyFile === undefined ? "MQTT_TLS_KEY_FILE" : "MQTT_TLS_CERT_FILE"} is missing`);
  }
  const listen = env.MQTT_TLS_PORT ?? (env.MODE === "production" ? MQTTS_PORT : "off");
  if (env.MQTT_URL || listen === "off") return null;
  return { port: listen, certificate: certificateFile !== undefined && keyFile !== undefined ? { certificateFile, keyFile } : null };
}

/** Payment companies take at most eight digits. */
const LARGEST_PAYMENT_MINOR = 99_999_999;

function paymentSettings(env: z.infer<typeof schema>): PaymentSettings {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = env;
  if ((secretKey === undefined) !== (webhookSecret === undefined)) {
    throw new StartupError(`STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET go together; ${secretKey === undefined ? "STRIPE_SECRET_KEY" : "STRIPE_WEBHOOK_SECRET"} is missing`);
  }
  if (env.TOP_UP_MIN_CREDITS > env.TOP_UP_MAX_CREDITS) throw new StartupError("TOP_UP_MIN_CREDITS must not be above TOP_UP_MAX_CREDITS");
  if (env.TOP_UP_MAX_CREDITS * env.CREDIT_PRICE_MINOR > LARGEST_PAYMENT_MINOR) throw new StartupError(`TOP_UP_MAX_CREDITS at CREDIT_PRICE_MINOR is more than ${LARGEST_PAYMENT_MINOR}, the most that can be paid at once; lower one of them`);
  return {
    provider: secretKey !== undefined ? "stripe" : env.MODE === "demo" ? "test" : null,
    stripe: secretKey !== undefined && webhookSecret !== undefined ? { secretKey, webhookSecret, apiBase: null } : null,
    currency: env.PAYMENT_CURRENCY,
    creditPriceMinor: env.CREDIT_PRICE_MINOR,
    minCredits: env.TOP_UP_MIN_CREDITS,
    maxCredits: env.TOP_UP_MAX_CREDITS,
  };
}

function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf("currency").includes(code);
}

function retention([samples = 0, minute = 0, fiveMinutes = 0, hour = 0, day = 0]: number[]): Config["metricsRetentionDays"] {
  return { samples, "1m": minute, "5m": fiveMinutes, "1h": hour, "1d": day };
}

function requireProductionSettings(env: z.infer<typeof schema>, ephemeral: boolean): void {
  const missing = (["SECRET_KEY", "AUTH_SECRET", "PUBLIC_URL"] as const).filter((name) => env[name] === undefined);
  if (missing.length > 0) {
    throw new StartupError(`production needs ${missing.join(", ")}; make a secret with: openssl rand -base64 32`);
  }
  if (ephemeral && env.DATABASE_URL === undefined) throw new StartupError("DATA_DIR=memory would lose every customer's credits; give production a folder or a DATABASE_URL");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function prepareDataDir(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const probe = join(folder, `.probe-${process.pid}`);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw new StartupError(`cannot write to the data folder ${folder} (${(error as NodeJS.ErrnoException).code ?? "error"}); make it writable or set DATA_DIR to another`);
  }
}

/** The demo makes its own secrets once and keeps them, so that a restart signs nobody out. */
function demoSecrets(dataDir: string): { secretKey: string; authSecret: string } {
  const file = join(dataDir, "demo-secrets.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as { secretKey: string; authSecret: string };
  const secrets = { secretKey: randomBytes(32).toString("base64"), authSecret: randomBytes(32).toString("base64") };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  chmodSync(file, 0o600);
  return secrets;
}
