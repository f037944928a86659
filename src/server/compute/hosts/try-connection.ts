import { z } from "zod";
import type { hostTestOutput } from "#shared/compute/hosts.ts";
import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { callDriver } from "../drivers/call.ts";
import type { DriverHost, HostProbe } from "../drivers/driver.ts";
import { DriverError } from "../drivers/errors.ts";
import { createDriver } from "../drivers/registry.ts";
import { readCertificate, type SeenCertificate } from "./certificate.ts";
import type { Connection } from "./connection.ts";

const PROBE_TIMEOUT_MS = 20_000;
const CERTIFICATE_TIMEOUT_MS = 10_000;

export type TestResult = z.output<typeof hostTestOutput>;

/** What a host that answers must say; one that lies about its size would be filled with VMs, or never. */
const plausible = z.object({
  vcpu: z.number().int().min(1).max(65_536),
  memoryMb: z.number().min(128).max(2 ** 31 - 1),
  memoryFreeMb: z.number().min(0).max(2 ** 31 - 1),
  storageGb: z.number().min(1).max(2 ** 31 - 1),
  storageFreeGb: z.number().min(0).max(2 ** 31 - 1),
  storages: z.array(z.object({ name: z.string().min(1).max(300), isDefault: z.boolean(), totalGb: z.number().int().min(0).max(2 ** 31 - 1), freeGb: z.number().int().min(0).max(2 ** 31 - 1) })).max(1_000).nullable(),
  cpuPercent: z.number().min(0).max(100).nullable(),
});

/** The probe if its figures can be true, in whole units. @throws DriverError refused */
export function plausibleProbe(probe: HostProbe): HostProbe {
  const result = plausible.safeParse(probe);
  if (!result.success) throw new DriverError("refused", `the host gives figures that cannot be true (${[...new Set(result.error.issues.map((issue) => issue.path.join(".")))].join(", ")})`);
  const { memoryMb, memoryFreeMb, storageGb, storageFreeGb } = result.data;
  return { ...probe, memoryMb: Math.floor(memoryMb), memoryFreeMb: Math.floor(memoryFreeMb), storageGb: Math.floor(storageGb), storageFreeGb: Math.floor(storageFreeGb) };
}

/**
 * Connects with values that may not be saved yet, and tells what is there or what went wrong in the words of the host and of the way to it. A certificate that
 * nobody vouches for ends it before any credentials are sent.
 */
export async function tryConnection(rt: Runtime, connection: Connection, host: Pick<DriverHost, "id" | "name" | "vcpu" | "memoryMb" | "storageGb">): Promise<TestResult & { failure: DriverError["failure"] | null }> {
  let certificate: TestResult["certificate"] = null;
  try {
    if (connection.type === "proxmox" && connection.endpoint) {
      const seen = await readCertificate(connection.endpoint, connection.settings.caCertificate, CERTIFICATE_TIMEOUT_MS).catch((error: Error) => {
        throw new DriverError("unavailable", error.message, error);
      });
      certificate = describe(seen, connection.tlsFingerprint);
      if (certificate.trusted === "no") throw new DriverError("refused", distrust(seen, connection.tlsFingerprint));
    }
    const { tlsFingerprint: _shown, ...figures } = plausibleProbe(await probeOnce(rt, connection, host));
    return { ok: true, error: null, failure: null, certificate, host: figures };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { ok: false, error: redact(error.message, connection.credentials), failure: error.failure, certificate, host: null };
  }
}

async function probeOnce(rt: Runtime, connection: Connection, host: Pick<DriverHost, "id" | "name" | "vcpu" | "memoryMb" | "storageGb">): Promise<HostProbe> {
  const { type, ...rest } = connection;
  const driver = createDriver(rt, type, { ...host, ...rest });
  return callDriver({ signal: new AbortController().signal, timeoutMs: PROBE_TIMEOUT_MS, key: "connect" }, (call) => driver.probe(call));
}

/** The error that a save answers when the host did not let us in. */
export function connectionError(result: { error: string | null; failure: DriverError["failure"] | null }): AppError {
  const text = sentence(result.error ?? "The host did not answer.");
  return result.failure === "refused" || result.failure === "not_found" ? new AppError("INVALID_REQUEST", text) : new AppError("HYPERVISOR_ERROR", text);
}

/** The text without any part of the credentials, should something repeat them. */
export function redact(text: string, credentials: unknown): string {
  return secretsIn(credentials).reduce((clean, secret) => clean.replaceAll(secret, "•••").replaceAll(encodeURIComponent(secret), "•••"), text);
}

/** Names and public keys are no secrets; lines of a key are, each of them. */
const PUBLIC_PARTS = ["username", "realm", "tokenId", "knownHosts", "caCertificate", "clientCertificate"];

function secretsIn(credentials: unknown): string[] {
  if (credentials === null || typeof credentials !== "object") return [];
  return Object.entries(credentials)
    .flatMap(([key, value]) => (typeof value !== "string" || PUBLIC_PARTS.includes(key) ? [] : [value, ...value.split("\n")]))
    .filter((secret) => secret.length >= 3 && !secret.startsWith("-----"))
    .sort((a, b) => b.length - a.length);
}

function describe(seen: SeenCertificate, pinned: string | null): NonNullable<TestResult["certificate"]> {
  const trusted = pinned !== null ? (pinned === seen.fingerprint ? "fingerprint" : "no") : seen.authorized ? "authority" : "no";
  return { fingerprint: seen.fingerprint, subject: seen.subject, issuer: seen.issuer, validTo: seen.validTo.toISOString(), trusted };
}

function distrust(seen: SeenCertificate, pinned: string | null): string {
  if (pinned !== null) return `the host shows another certificate than the one that was confirmed (${seen.fingerprint}); nothing was sent to it`;
  return "no authority vouches for the host's certificate: compare its fingerprint with the host's own and confirm it";
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? "" : "."}`;
}
