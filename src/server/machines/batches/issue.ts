import type { z } from "zod";
import type { batchIssueInput, batchIssueOutput } from "#shared/machines/batches.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Actor } from "#server/identity/actor.ts";
import { sha256 } from "#server/infra/crypto.ts";
import { publishAll } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit, recordAudits } from "#server/platform/audit.ts";
import { claimUrl } from "../claim-qr.ts";
import { newClaimToken, typeableToken } from "../claim-token.ts";
import { LIFETIME_MS, provisioningContext } from "../claims.ts";
import { newProvisioningSecret, type ProvisioningSecret, srpVerifier } from "../espressif.ts";
import { firmwareKey } from "../firmware/firmware-key.ts";
import { lockBatch } from "./batch-repository.ts";
import { fillBatch } from "./fill.ts";
import { findUnclaimed, insertClaims, keepProvisioning, markAwaiting, supersedeAll, type Unclaimed } from "./issue-repository.ts";
import { labelSheets } from "./label-sheet.ts";
import { CONFIG_FILE, type MassMachine, massFiles, massReadme, VALUES_FILE } from "./mass-files.ts";

/** Verifiers between which others have their turn. */
const VERIFIERS_AT_ONCE = 25;

interface Issued {
  machine: Unclaimed;
  token: string;
  secret: ProvisioningSecret;
}

/**
 * Makes a claim token for each machine of a batch that no device has claimed, and all that carries them: sheets of labels and the files of Espressif's manufacturing tool. As with one machine
 * (claims.ts), earlier unused tokens are worthless from then on, and these are in this answer and nowhere else. All machines or none: after a crash either the old labels hold or new ones are made.
 * @throws AppError NOT_FOUND, INVALID_STATE when there is no machine left to claim
 */
export async function issueBatch(rt: Runtime, actor: Actor, input: z.output<typeof batchIssueInput>): Promise<z.output<typeof batchIssueOutput>> {
  await fillBatch(rt, input.id);
  const at = rt.clock.now();
  const expiresAt = new Date(at.getTime() + LIFETIME_MS.label);
  const { issued, superseded } = await issueTokens(rt, actor, input.id, { at, expiresAt });
  const { publicKey } = await firmwareKey(rt);
  const facts = { serverUrl: rt.config.publicUrl, firmwareKey: publicKey, expiresAt };
  const labels = issued.map(({ machine, token }) => ({ name: machine.name, serial: machine.serial, url: claimUrl(rt.config.publicUrl, token), typeable: typeableToken(token) }));
  const sheets = await labelSheets(labels, { at, expiresAt, language: input.language });
  const machines = await withVerifiers(issued);
  const { config, values, withoutSsid } = massFiles(machines, facts);
  const file = (fileName: string, contentType: string, content: string | Uint8Array) => ({ fileName, contentType, base64: Buffer.from(content).toString("base64") });
  return {
    count: issued.length,
    superseded,
    expiresAt: expiresAt.toISOString(),
    files: [
      file("labels.pdf", "application/pdf", sheets),
      file(CONFIG_FILE, "text/csv; charset=utf-8", config),
      file(VALUES_FILE, "text/csv; charset=utf-8", values),
      file("README.md", "text/markdown; charset=utf-8", massReadme(machines, facts, withoutSsid)),
    ],
  };
}

/** In one transaction, with a few statements for all machines. */
async function issueTokens(rt: Runtime, actor: Actor, batchId: string, { at, expiresAt }: { at: Date; expiresAt: Date }): Promise<{ issued: Issued[]; superseded: number }> {
  return transact(rt, async (tx) => {
    const batch = await lockBatch(tx, batchId);
    if (!batch) throw notFound("batch");
    const { organizationId } = batch;
    const machines = await findUnclaimed(tx, batchId);
    if (machines.length === 0) throw new AppError("INVALID_STATE", "There is no machine in this batch that waits for its device.", { state: "claimed" });
    const ids = machines.map(({ id }) => id);
    const superseded = await supersedeAll(tx, ids, at);
    const secrets = machines.map((machine) => ({ machine, ...provisioningOf(rt, machine) }));
    const fresh = secrets.filter(({ made }) => made).map(({ machine, secret }) => ({ id: machine.id, name: secret.name, username: secret.username, sealed: rt.sealer.seal(secret.pop, provisioningContext(machine.id)) }));
    if (fresh.length > 0) await keepProvisioning(tx, fresh);
    const issued = secrets.map(({ machine, secret }) => ({ machine, secret, token: newClaimToken() }));
    await insertClaims(tx, issued.map(({ machine, token }) => ({ id: newId("claimToken"), machineId: machine.id, tokenHash: sha256(token), medium: "label", createdAt: at, expiresAt })));
    await markAwaiting(tx, ids, at);
    await publishAll(tx, ids.map((id) => ({ type: "machine.updated", subject: id, organizationId, data: { machineId: id }, at })));
    const after = { medium: "label", expiresAt: expiresAt.toISOString(), batchId };
    await recordAudit(tx, actor, { action: "machine.batch.issue", subjectType: "machine_batch", subjectId: batchId, organizationId, after: { machines: ids.length, superseded, expiresAt: expiresAt.toISOString() }, at });
    await recordAudits(tx, actor, ids.map((id) => ({ action: "machine.claim.issue", subjectType: "machine", subjectId: id, organizationId, after, at })));
    return { issued, superseded };
  });
}

/** Made once for each machine, as for a single one. */
function provisioningOf(rt: Runtime, { id, provisioningName, provisioningUser, provisioningPop }: Unclaimed): { secret: ProvisioningSecret; made: boolean } {
  if (provisioningName === null || provisioningUser === null || provisioningPop === null) return { secret: newProvisioningSecret(), made: true };
  return { secret: { name: provisioningName, username: provisioningUser, pop: rt.sealer.open(provisioningPop, provisioningContext(id)) }, made: false };
}

async function withVerifiers(issued: readonly Issued[]): Promise<MassMachine[]> {
  const machines: MassMachine[] = [];
  for (const { machine, token, secret } of issued) {
    if (machines.length % VERIFIERS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    const { slug, name, serial, heartbeatSeconds, networkKind, wifiSsid } = machine;
    const provisioning = { name: secret.name, username: secret.username, ...srpVerifier(secret.username, secret.pop) };
    machines.push({ slug, name, serial, heartbeatSeconds, claimToken: token, network: { kind: networkKind, wifiSsid: networkKind === "wifi" ? wifiSsid : null }, provisioning });
  }
  return machines;
}
