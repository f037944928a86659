import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { type ClaimAnswer, type ClaimRequest, deviceTopic, DOWN_TOPICS, UP_TOPICS } from "#shared/machines/device.ts";
import type { DeviceActor } from "#server/identity/actor.ts";
import type { Config } from "#server/infra/config.ts";
import { randomToken, sha256 } from "#server/infra/crypto.ts";
import type { Tx } from "#server/infra/events.ts";
import type { ClaimToken, Machine } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { claimLimits } from "./claim-limits.ts";
import { sendConfiguration } from "./configuration/configuration.ts";
import { authorityPem } from "./broker-authority.ts";
import { findClaim, markClaimUsed } from "./claims-repository.ts";
import { parseClaimToken } from "./claim-token.ts";
import { insertCredential } from "./credentials/credentials-repository.ts";
import { cutOff } from "./credentials/revocation.ts";
import { firmwareKey } from "./firmware/firmware-key.ts";
import { findMachine, lockMachine, type MachineDetailRow, updateMachine } from "./machines-repository.ts";
import { mosquittoHash } from "./mosquitto-password.ts";
import { announceTransition } from "./transitions.ts";

interface Caller {
  ip: string;
  requestId: string;
}

type Outcome = { machine: MachineDetailRow } | { gone: "used" | "expired" | "superseded" };

const GONE = {
  used: "This claim token was used already.",
  expired: "This claim token has expired; have a new one made.",
  superseded: "A newer claim token was made for this machine; use that one.",
} as const;

/**
 * Turns a claim token into a machine's MQTT credentials, once. Two devices with one token: the lock of the machine's row lets one through, the other
 * finds the token used. The password is in this answer and nowhere else; credentials of an earlier device are revoked.
 * @throws AppError NOT_FOUND for an unknown token, CLAIM_GONE with `reason`, RATE_LIMITED
 */
export async function redeemClaim(rt: Runtime, caller: Caller, request: ClaimRequest): Promise<ClaimAnswer> {
  await claimLimits(rt).claim(caller.ip);
  const token = parseClaimToken(request.token);
  if (!token) throw notFound("claim token");
  const password = randomToken(32);
  // Before the token is spent: without the key there is no answer.
  const firmwareKeyPair = await firmwareKey(rt);
  const caPem = await authorityPem(rt);
  const outcome = await transact(rt, async (tx): Promise<Outcome> => {
    const known = await findClaim(tx, sha256(token));
    if (!known || !(await lockMachine(tx, known.machineId))) throw notFound("claim token");
    // Read again under the lock: the first look may have been before another device's commit.
    const claim = await findClaim(tx, sha256(token));
    if (!claim) throw notFound("claim token");
    const at = rt.clock.now();
    const actor: DeviceActor = { kind: "device", machineId: claim.machineId, name: request.hardware_id, ...caller };
    const gone = whyGone(claim, at);
    if (gone) {
      await reject(tx, actor, claim.machine, gone, at);
      return { gone };
    }
    return { machine: await bind(tx, actor, claim, request, password, at) };
  });
  if ("gone" in outcome) throw new AppError("CLAIM_GONE", GONE[outcome.gone], { reason: outcome.gone });
  rt.signals.send("downlinks");
  await claimLimits(rt).claimWorked(caller.ip);
  return answerOf(rt, outcome.machine, password, { caPem, publicKey: firmwareKeyPair.publicKey });
}

function whyGone(claim: ClaimToken, now: Date): "used" | "expired" | "superseded" | null {
  if (claim.usedAt) return "used";
  if (claim.supersededAt) return "superseded";
  return claim.expiresAt <= now ? "expired" : null;
}

async function reject(tx: Tx, actor: DeviceActor, machine: Machine, reason: string, at: Date): Promise<void> {
  const { id, organizationId } = machine;
  await announceTransition(tx, { type: "machine.claim.rejected", subject: id, organizationId, data: { machineId: id, reason }, at });
  await recordAudit(tx, actor, { action: "machine.claim.reject", subjectType: "machine", subjectId: id, organizationId, after: { reason, hardwareId: actor.name }, at });
}

async function bind(tx: Tx, actor: DeviceActor, claim: ClaimToken & { machine: Machine }, request: ClaimRequest, password: string, at: Date): Promise<MachineDetailRow> {
  const { id, organizationId } = claim.machine;
  // Another device had it: that one is sent away, and the machine is offline until the new one connects.
  const revoked = await cutOff(tx, claim.machine, "claimed again", at);
  await markClaimUsed(tx, claim.id, request.hardware_id, at);
  await insertCredential(tx, { id: newId("deviceCredential"), machineId: id, passwordHash: sha256(password), mosquittoHash: mosquittoHash(password), createdAt: at });
  await updateMachine(tx, id, { hardwareId: request.hardware_id, chip: request.chip, firmwareVersion: request.firmware_version, claimedAt: at, updatedAt: at });
  await sendConfiguration(tx, id, at);
  await announceTransition(tx, { type: "machine.claimed", subject: id, organizationId, data: { machineId: id, hardwareId: request.hardware_id }, at });
  await recordAudit(tx, actor, {
    action: "machine.claim",
    subjectType: "machine",
    subjectId: id,
    organizationId,
    before: { hardwareId: claim.machine.hardwareId },
    after: { hardwareId: request.hardware_id, chip: request.chip, firmwareVersion: request.firmware_version, credentialsRevoked: revoked },
    at,
  });
  const machine = await findMachine(tx, "platform", id);
  if (!machine) throw notFound("machine");
  return machine;
}

function answerOf(rt: Runtime, machine: MachineDetailRow, password: string, trust: { caPem: string | null; publicKey: string }): ClaimAnswer {
  return {
    machine_id: machine.id,
    // User name and client id are the machine's id: the broker's rules are one pattern over all machines.
    mqtt: { url: brokerUrl(rt.config), username: machine.id, password, client_id: machine.id, ca_pem: trust.caPem },
    topics: Object.fromEntries([...UP_TOPICS, ...DOWN_TOPICS].map((part) => [part, deviceTopic(machine.id, part)])) as ClaimAnswer["topics"],
    config: {
      version: machine.configVersion,
      heartbeat_seconds: machine.heartbeatSeconds,
      timezone: machine.timezone,
      slots: machine.slots.map((slot) => ({ slot: slot.code, sku: slot.product?.sku ?? null, capacity: slot.capacity, count: slot.count, filled: slot.filled })),
    },
    firmware_key: trust.publicKey,
    server_time: rt.clock.now().toISOString(),
  };
}

/** The broker as devices reach it: MQTT_PUBLIC_URL, or MQTT_URL without our own credentials, or the embedded one beside the public address. */
export function brokerUrl(config: Config): string {
  if (config.mqttPublicUrl) return config.mqttPublicUrl;
  const host = new URL(config.publicUrl).hostname;
  if (config.mqttTls) return `mqtts://${host}:${config.mqttTls.port}`;
  if (!config.mqttUrl) return `mqtt://${host}:${config.mqttPort}`;
  const external = new URL(config.mqttUrl);
  return `${external.protocol}//${external.host}`;
}
