import { createHash } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { Runtime } from "#server/infra/runtime.ts";
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, type ArchiveKind } from "./archive-format.ts";
import { alertsOf, connectionsOf, findForArchive, hoursOf, movementsOf, ordersOf, productsOf, refillsOf } from "./archive-repository.ts";

/** A line before it is written: times and micro-credits are still values. */
type Line = { kind: ArchiveKind } & Record<string, unknown>;

/** The archive of a decommissioned machine as a stream of gzip; a few hundred rows of it are in memory at once. */
export function archiveStream(rt: Runtime, machineId: string, archivedAt: Date): Readable {
  const text = Readable.from(encode(rt, machineId, archivedAt));
  const gzip = createGzip();
  // What the database throws reaches whoever reads: a file that ends early would look whole.
  pipeline(text, gzip, () => {});
  return gzip;
}

async function* encode(rt: Runtime, machineId: string, archivedAt: Date): AsyncGenerator<string> {
  const hash = createHash("sha256");
  let lines = 0;
  const written = (line: object): string => {
    const text = `${JSON.stringify(line, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value))}\n`;
    hash.update(text);
    lines += 1;
    return text;
  };
  const machine = await findForArchive(rt, machineId);
  if (!machine) throw new Error(`${machineId} is gone`);
  const { organizationId, name } = machine;
  yield written({ format: ARCHIVE_FORMAT, version: ARCHIVE_VERSION, machineId, organizationId, name, archivedAt });
  for await (const line of records(rt, machine)) yield written(line);
  yield `${JSON.stringify({ kind: "end", lines, sha256: hash.digest("hex") })}\n`;
}

async function* records(rt: Runtime, machine: NonNullable<Awaited<ReturnType<typeof findForArchive>>>): AsyncGenerator<Line> {
  const { id, name, slug, notes, address, latitude, longitude, timezone, templateId, template, heartbeatSeconds, networkKind, wifiSsid, metadata } = machine;
  const { serial, hardwareId, chip, firmwareVersion, claimedAt, connectedAt, createdAt, decommissionedAt } = machine;
  yield {
    kind: "machine", name, slug, notes, address, latitude, longitude, timezone, templateId, heartbeatSeconds, networkKind, wifiSsid, metadata, serial, hardwareId, chip, firmwareVersion, claimedAt, connectedAt, createdAt, decommissionedAt,
    templateSlug: template?.slug ?? null,
  };
  for (const { organizationId: _organization, importKey: _key, ...product } of await productsOf(rt, id)) yield { kind: "product", ...product };
  for (const { machineId: _machine, reserved: _reserved, ...slot } of machine.slots) yield { kind: "slot", ...slot };
  for await (const { machineId: _machine, ...refill } of refillsOf(rt, id)) yield { kind: "refill", ...refill };
  for await (const { machineId: _machine, organizationId: _organization, secretHash: _secret, checkoutKey: _checkout, checkoutUrl: _url, holdId: _hold, importKey: _key, updatedAt: _at, lines, ...order } of ordersOf(rt, id)) {
    yield { kind: "order", ...order, lines: lines.map(({ orderId: _order, ...line }) => line) };
  }
  for await (const { machineId: _machine, kind, ...movement } of movementsOf(rt, id)) yield { kind: "movement", type: kind, ...movement };
  for await (const { machineId: _machine, ...connection } of connectionsOf(rt, id)) yield { kind: "connection", ...connection };
  for await (const { machineId: _machine, organizationId: _organization, rule, held: _held, ...alert } of alertsOf(rt, id)) yield { kind: "alert", ...alert, ruleKey: rule.key, ruleName: rule.name };
  for (const hour of await hoursOf(rt, id)) yield { kind: "hour", ...hour };
}
