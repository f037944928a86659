import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { claimIssueInput, claimIssueOutput, claimStatusOutput } from "#shared/machines/schema.ts";
import type { Actor } from "#server/identity/actor.ts";
import { sha256 } from "#server/infra/crypto.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Machine } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { claimLimits } from "./claim-limits.ts";
import { claimUrl, qrSvg } from "./claim-qr.ts";
import { findClaim, insertClaim, supersedeClaims } from "./claims-repository.ts";
import { newClaimToken, parseClaimToken, typeableToken } from "./claim-token.ts";
import { espressifPayload, newProvisioningSecret, type ProvisioningSecret, srpVerifier } from "./espressif.ts";
import { provisioningFiles } from "./files.ts";
import { firmwareKey } from "./firmware/firmware-key.ts";
import { findMachine, lockMachine, type MachineDetailRow, updateMachine } from "./machines-repository.ts";

const HOUR_MS = 3_600_000;
/** A code on a screen is used at once; a label may lie in a box for weeks. */
export const LIFETIME_MS = { screen: 24 * HOUR_MS, label: 90 * 24 * HOUR_MS } as const;

/**
 * Makes a claim token and all that carries it. The machine's earlier unused tokens are worthless from then on. The token is in this answer and nowhere else.
 * For a machine that was claimed before it is how another device takes its place.
 * @throws AppError NOT_FOUND, INVALID_STATE before the slots are chosen or when it is decommissioned
 */
export async function issueClaim(rt: Runtime, actor: Actor, input: z.output<typeof claimIssueInput>): Promise<z.output<typeof claimIssueOutput>> {
  const at = rt.clock.now();
  const expiresAt = new Date(at.getTime() + LIFETIME_MS[input.medium]);
  const token = newClaimToken();
  const { machine, secret } = await transact(rt, async (tx) => {
    const locked = await lockMachine(tx, input.id);
    if (!locked) throw notFound("machine");
    if (locked.status === "decommissioned") throw new AppError("INVALID_STATE", "The machine is decommissioned.", { state: locked.status });
    if (!locked.templateId) throw new AppError("INVALID_STATE", "Choose the template and the slots first.", { state: locked.wizardStep });
    const superseded = await supersedeClaims(tx, locked.id, at);
    await insertClaim(tx, { id: newId("claimToken"), machineId: locked.id, tokenHash: sha256(token), medium: input.medium, createdAt: at, expiresAt });
    const provisioning = await provisioningSecret(rt, tx, locked);
    await updateMachine(tx, locked.id, { ...(locked.status === "draft" ? { status: "awaiting_claim", statusChangedAt: at } : {}), updatedAt: at });
    await publish(tx, { type: "machine.updated", subject: locked.id, organizationId: locked.organizationId, data: { machineId: locked.id }, at });
    await recordAudit(tx, actor, {
      action: "machine.claim.issue",
      subjectType: "machine",
      subjectId: locked.id,
      organizationId: locked.organizationId,
      after: { medium: input.medium, expiresAt: expiresAt.toISOString(), superseded },
      at,
    });
    const row = await findMachine(tx, "platform", locked.id);
    if (!row) throw notFound("machine");
    return { machine: row, secret: provisioning };
  });
  return claimPackage(rt, machine, secret, { token, medium: input.medium, expiresAt });
}

/** What the page behind the claim QR shows to anybody who has scanned it. @throws AppError RATE_LIMITED */
export async function claimStatus(rt: Runtime, ip: string, text: string): Promise<z.output<typeof claimStatusOutput>> {
  await claimLimits(rt).status(ip);
  const token = parseClaimToken(text);
  const claim = token ? await findClaim(rt.db.prisma, sha256(token)) : null;
  if (!claim) return { state: "unknown", machineName: null, online: false };
  const { machine } = claim;
  const connected = claim.usedAt !== null && machine.connectedAt !== null;
  const state = claim.usedAt ? (connected ? "connected" : "claimed") : claim.supersededAt ? "superseded" : claim.expiresAt <= rt.clock.now() ? "expired" : "waiting";
  return { state, machineName: machine.name, online: machine.status === "online" };
}

/** Made once for each machine: a label that was printed keeps working with the phone apps when the claim token is renewed. */
async function provisioningSecret(rt: Runtime, tx: Tx, machine: Machine): Promise<ProvisioningSecret> {
  const context = provisioningContext(machine.id);
  if (machine.provisioningName && machine.provisioningUser && machine.provisioningPop) {
    return { name: machine.provisioningName, username: machine.provisioningUser, pop: rt.sealer.open(machine.provisioningPop, context) };
  }
  const secret = newProvisioningSecret();
  await updateMachine(tx, machine.id, { provisioningName: secret.name, provisioningUser: secret.username, provisioningPop: rt.sealer.seal(secret.pop, context) });
  return secret;
}

/** What the sealed proof of possession is bound to. */
export function provisioningContext(machineId: string): string {
  return `machine.${machineId}.provisioning_pop`;
}

async function claimPackage(
  rt: Runtime,
  machine: MachineDetailRow,
  secret: ProvisioningSecret,
  claim: { token: string; medium: "screen" | "label"; expiresAt: Date },
): Promise<z.output<typeof claimIssueOutput>> {
  const correction = claim.medium === "label" ? "Q" : "M";
  const url = claimUrl(rt.config.publicUrl, claim.token);
  const payload = espressifPayload(secret);
  return {
    token: claim.token,
    typeable: typeableToken(claim.token),
    url,
    expiresAt: claim.expiresAt.toISOString(),
    claimQrSvg: await qrSvg(url, { correction }),
    espressifPayload: payload,
    espressifQrSvg: await qrSvg(payload, { correction }),
    files: provisioningFiles({
      machineId: machine.id,
      name: machine.name,
      slug: machine.slug,
      serverUrl: rt.config.publicUrl,
      firmwareKey: (await firmwareKey(rt)).publicKey,
      claimToken: claim.token,
      timezone: machine.timezone,
      heartbeatSeconds: machine.heartbeatSeconds,
      network: { kind: machine.networkKind, wifiSsid: machine.wifiSsid },
      provisioning: { name: secret.name, username: secret.username, ...srpVerifier(secret.username, secret.pop) },
      slots: machine.slots.map((slot) => ({ code: slot.code, sku: slot.product?.sku ?? null, capacity: slot.capacity, count: slot.count })),
    }),
  };
}
