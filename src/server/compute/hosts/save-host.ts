import type { z } from "zod";
import type * as schema from "#shared/compute/hosts.ts";
import type { HostType } from "#shared/compute/host-states.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Actor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Host, Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { openCredentials, sealCredentials } from "../drivers/registry.ts";
import { type Connection, type ConnectionInput, type HostSettings, readConnection } from "./connection.ts";
import { figuresOf, recordHealthy, recordStorages, recordUnasked } from "./host-health.ts";
import { countVmsOfHost, hostNameTaken, insertHost, lockHost, regionExists, updateHostRow } from "./host-repository.ts";
import { existingHost, getHost, storedCredentials } from "./hosts.ts";
import { invalid } from "./invalid.ts";
import { connectionError, type TestResult, tryConnection } from "./try-connection.ts";

/*
 * Addresses of hosts are called as they were entered, private networks included: hypervisors stand there. That is why only administrators of the platform may
 * enter them, why answers are shown only as a hypervisor's, and why a certificate that nobody vouches for ends a call before anything is sent.
 */

/** Of a host that has not said yet what it has: too little for any VM. It says so at the latest when it leaves maintenance. */
const UNASKED = { vcpu: 1, memoryMb: 1, storageGb: 1 };

type Detail = z.infer<typeof schema.hostDetailOutput>;

/** Tries values that are not saved. With `id`, that host's stored credentials stand in for those not given. @throws AppError INVALID_REQUEST, NOT_FOUND */
export async function testHost(rt: Runtime, input: z.output<typeof schema.hostTestInput>): Promise<TestResult> {
  const host = input.id === undefined ? null : await existingHost(rt, input.id);
  if (host && host.driver !== input.type) throw invalid({ type: "cannot be changed" });
  const connection = readConnection(input, host && { endpoint: host.endpoint, credentials: openCredentials(rt, host) });
  const { failure: _failure, ...result } = await tryConnection(rt, connection, host ?? { id: "", name: "the host", ...UNASKED });
  return result;
}

/** Tries what is stored. @throws AppError NOT_FOUND */
export async function testStoredHost(rt: Runtime, id: string): Promise<TestResult> {
  const host = await existingHost(rt, id);
  const { failure: _failure, ...result } = await tryConnection(rt, connectionOf(host, openCredentials(rt, host)), host);
  return result;
}

/** Connects a host. It is asked first, unless it is saved under maintenance. @throws AppError INVALID_REQUEST, CONFLICT, HYPERVISOR_ERROR with the host's own words */
export async function createHost(rt: Runtime, actor: Actor, input: z.output<typeof schema.hostCreateInput>): Promise<Detail> {
  const connection = readConnection(input, null);
  if (!(await regionExists(rt, input.location))) throw invalid({ location: "is not in the catalog" });
  const size = sizeOf(input);
  const id = newId("host");
  const at = rt.clock.now();
  const asked = input.status === "maintenance" ? null : await tryConnection(rt, connection, { id, name: input.name, ...size });
  if (asked && !asked.ok) throw connectionError(asked);
  await transact(rt, async (tx) => {
    const inserted = await insertHost(tx, {
      id,
      name: input.name,
      driver: connection.type,
      region: input.location,
      status: input.status,
      ...rowOf(rt, id, connection),
      ...size,
      ...(asked?.host ? { ...figuresOf(asked.host, at), healthSince: at } : {}),
      vcpuRatio: input.vcpuRatio,
      memoryReserveMb: input.memoryReserveMb,
      storageReserveGb: input.storageReserveGb,
      createdAt: at,
      updatedAt: at,
    });
    if (!inserted) throw new AppError("CONFLICT", "A host of this name exists already.", { details: [{ field: "name", message: "is another host's" }] });
    if (asked?.host) await recordStorages(tx, id, asked.host);
    await recordAudit(tx, actor, { action: "host.create", subjectType: "host", subjectId: id, organizationId: null, after: { name: input.name, type: connection.type, location: input.location, status: input.status, ...visibleParts(connection) }, at });
  });
  return getHost(rt, id);
}

/** Changes what is given. A new way to the host is tried first, unless it is under maintenance. @throws AppError NOT_FOUND, INVALID_REQUEST, CONFLICT, HYPERVISOR_ERROR */
export async function updateHost(rt: Runtime, actor: Actor, input: z.output<typeof schema.hostUpdateInput>): Promise<Detail> {
  const host = await existingHost(rt, input.id);
  if (input.location !== undefined && !(await regionExists(rt, input.location))) throw invalid({ location: "is not in the catalog" });
  const before = connectionOf(host, storedCredentials(rt, host));
  const connection = changesConnection(input) ? readConnection(merged(input, host), before) : null;
  const at = rt.clock.now();
  const asked = connection && host.status !== "maintenance" ? await tryConnection(rt, connection, host) : null;
  if (asked && !asked.ok) throw connectionError(asked);
  const size = host.driver === "simulated" ? definedOf({ vcpu: input.vcpu, memoryMb: input.memoryMb, storageGb: input.storageGb }) : {};
  const plain = definedOf({ name: input.name, region: input.location, vcpuRatio: input.vcpuRatio, memoryReserveMb: input.memoryReserveMb, storageReserveGb: input.storageReserveGb, ...size });
  await transact(rt, async (tx) => {
    const now = await lockHost(tx, host.id);
    if (!now) throw notFound("host");
    if (connection && now.updatedAt.getTime() !== host.updatedAt.getTime()) throw new AppError("CONFLICT", "Somebody else has changed this host meanwhile; look at it and try again.");
    if (input.name !== undefined && (await hostNameTaken(tx, input.name, host.id))) throw new AppError("CONFLICT", "A host of this name exists already.", { details: [{ field: "name", message: "is another host's" }] });
    await refuseWithVms(tx, now, plain);
    await updateHostRow(tx, host.id, { ...plain, ...(connection ? rowOf(rt, host.id, connection) : {}), updatedAt: at });
    if (asked?.host) await recordHealthy(tx, now, asked.host, at);
    await recordAudit(tx, actor, {
      action: "host.update",
      subjectType: "host",
      subjectId: host.id,
      organizationId: null,
      before: { ...pick(now, plain), ...(connection ? visibleParts(before) : {}) },
      after: { ...plain, ...(connection ? { ...visibleParts(connection), ...(sameCredentials(before, connection) ? {} : { credentials: "changed" }) } : {}) },
      at,
    });
  });
  return getHost(rt, host.id);
}

/** Takes a host in or out of service. One that comes back from maintenance is asked first. @throws AppError NOT_FOUND, INVALID_REQUEST, HYPERVISOR_ERROR */
export async function setHostStatus(rt: Runtime, actor: Actor, input: z.output<typeof schema.hostStatusInput>): Promise<Detail> {
  const host = await existingHost(rt, input.id);
  if (host.status === input.status) return getHost(rt, host.id);
  const at = rt.clock.now();
  const asked = host.status === "maintenance" ? await tryConnection(rt, connectionOf(host, openCredentials(rt, host)), host) : null;
  if (asked && !asked.ok) throw connectionError(asked);
  await transact(rt, async (tx) => {
    const now = await lockHost(tx, host.id);
    if (!now) throw notFound("host");
    await updateHostRow(tx, host.id, { status: input.status, updatedAt: at });
    if (asked?.host) await recordHealthy(tx, now, asked.host, at);
    if (input.status === "maintenance") await recordUnasked(tx, now, at);
    await recordAudit(tx, actor, { action: "host.status", subjectType: "host", subjectId: host.id, organizationId: null, before: { status: now.status }, after: { status: input.status }, at });
  });
  return getHost(rt, host.id);
}

type Plain = Partial<Pick<Host, "name" | "region" | "vcpuRatio" | "memoryReserveMb" | "storageReserveGb" | "vcpu" | "memoryMb" | "storageGb">>;

/** VMs stay where their customers chose to have them, and a simulated host's are found by its name. @throws AppError INVALID_STATE */
async function refuseWithVms(tx: Tx, host: Host, plain: Plain): Promise<void> {
  const moves = plain.region !== undefined && plain.region !== host.region;
  const loses = host.driver === "simulated" && plain.name !== undefined && plain.name !== host.name;
  if (!(moves || loses) || (await countVmsOfHost(tx, host.id)) === 0) return;
  throw new AppError("INVALID_STATE", `This host has VMs: its ${moves ? "region" : "name"} cannot be changed.`, { details: [{ field: moves ? "location" : "name", message: "cannot be changed while the host has VMs" }] });
}

function changesConnection(input: z.output<typeof schema.hostUpdateInput>): boolean {
  const { id: _id, name: _name, location: _location, vcpu: _vcpu, memoryMb: _memoryMb, storageGb: _storageGb, vcpuRatio: _ratio, memoryReserveMb: _memory, storageReserveGb: _storage, ...connection } = input;
  return Object.values(connection).some((value) => value !== undefined);
}

/** The stored way to the host with what was entered in its place. */
function merged(input: z.output<typeof schema.hostUpdateInput>, host: Host): ConnectionInput {
  return {
    ...input,
    type: host.driver as HostType, // the column holds what this program wrote
    apiUrl: input.apiUrl ?? host.endpoint ?? undefined,
    uri: input.uri ?? host.endpoint ?? undefined,
    node: input.node ?? host.node ?? undefined,
    tlsFingerprint: input.tlsFingerprint === undefined ? host.tlsFingerprint : input.tlsFingerprint,
    settings: input.settings ?? (host.settings as HostSettings),
  };
}

function connectionOf(host: Host, credentials: unknown): Connection {
  return { type: host.driver as HostType, endpoint: host.endpoint, node: host.node, tlsFingerprint: host.tlsFingerprint, settings: host.settings as HostSettings, credentials };
}

function rowOf(rt: Runtime, id: string, connection: Connection): Pick<Prisma.HostCreateManyInput, "endpoint" | "node" | "tlsFingerprint" | "settings" | "credentials"> {
  const { endpoint, node, tlsFingerprint, settings, credentials } = connection;
  return { endpoint, node, tlsFingerprint, settings, credentials: credentials === null ? null : sealCredentials(rt, id, credentials) };
}

function sizeOf(input: z.output<typeof schema.hostCreateInput>): Pick<Host, "vcpu" | "memoryMb" | "storageGb"> {
  const { vcpu, memoryMb, storageGb } = input;
  if (input.type !== "simulated") return UNASKED;
  if (vcpu === undefined || memoryMb === undefined || storageGb === undefined) {
    throw invalid(Object.fromEntries(Object.entries({ vcpu, memoryMb, storageGb }).flatMap(([field, value]) => (value === undefined ? [[field, "is required for a simulated host"]] : []))));
  }
  return { vcpu, memoryMb, storageGb };
}

/** What the audit log may say of a way to a host. */
function visibleParts({ endpoint, node, tlsFingerprint, settings }: Connection): Prisma.InputJsonObject {
  return { endpoint, node, tlsFingerprint, settings };
}

function sameCredentials(one: Connection, other: Connection): boolean {
  return JSON.stringify(one.credentials) === JSON.stringify(other.credentials);
}

function definedOf(values: { [K in keyof Plain]: Plain[K] | undefined }): Plain {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function pick(host: Host, plain: Plain): Prisma.InputJsonObject {
  return Object.fromEntries((Object.keys(plain) as (keyof Plain)[]).map((key) => [key, host[key]]));
}
