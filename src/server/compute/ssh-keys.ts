import type { z } from "zod";
import type { sshKeyCreateInput, sshKeyOutput } from "#shared/compute/schema.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { SshKey } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { insertSshKey, listSshKeyRows, removeSshKey, sshKeysById } from "./repository.ts";
import { parsePublicKey } from "./ssh-public-key.ts";

type SshKeyView = z.infer<typeof sshKeyOutput>;

export async function listSshKeys(rt: Runtime, actor: MemberActor): Promise<{ data: SshKeyView[] }> {
  return { data: (await listSshKeyRows(rt, actor.organizationId)).map(toView) };
}

/** @throws AppError INVALID_REQUEST for a bad key, CONFLICT for one that is saved already */
export async function createSshKey(rt: Runtime, actor: MemberActor, input: z.infer<typeof sshKeyCreateInput>): Promise<SshKeyView> {
  const key = parsePublicKey(input.publicKey);
  const at = rt.clock.now();
  return transact(rt, async (tx) => {
    const id = newId("sshKey");
    const { organizationId } = actor;
    const made = await insertSshKey(tx, { id, organizationId, name: input.name, publicKey: key.line, fingerprint: key.fingerprint, createdAt: at });
    if (!made) throw new AppError("CONFLICT", "This SSH key is saved already.", { resource: "ssh key" });
    await recordAudit(tx, actor, { action: "sshkey.create", subjectType: "ssh_key", subjectId: id, organizationId, after: { name: input.name, fingerprint: key.fingerprint }, at });
    return { id, name: input.name, publicKey: key.line, fingerprint: key.fingerprint, createdAt: at.toISOString() };
  });
}

/** VMs keep the keys that were put on them. */
export async function deleteSshKey(rt: Runtime, actor: MemberActor, id: string): Promise<void> {
  const at = rt.clock.now();
  const { organizationId } = actor;
  await transact(rt, async (tx) => {
    const [key] = await sshKeysById(tx, organizationId, [id]);
    if (!key || !(await removeSshKey(tx, organizationId, id))) throw notFound("SSH key");
    await recordAudit(tx, actor, { action: "sshkey.delete", subjectType: "ssh_key", subjectId: id, organizationId, before: { name: key.name, fingerprint: key.fingerprint }, at });
  });
}

/** Ids of saved keys and public keys, as lines for the guest, each once. @throws AppError when one is neither */
export async function resolveSshKeys(tx: Tx, organizationId: string, given: readonly string[]): Promise<string[]> {
  const ids = given.filter((entry) => entry.startsWith("key_"));
  const saved = new Map((await sshKeysById(tx, organizationId, ids)).map((key) => [key.id, key.publicKey]));
  const lines = given.map((entry) => {
    if (!entry.startsWith("key_")) return parsePublicKey(entry).line;
    const line = saved.get(entry);
    if (!line) throw notFound("SSH key");
    return line;
  });
  return [...new Set(lines)];
}

function toView(key: SshKey): SshKeyView {
  return { id: key.id, name: key.name, publicKey: key.publicKey, fingerprint: key.fingerprint, createdAt: key.createdAt.toISOString() };
}
