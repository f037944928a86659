import type { z } from "zod";
import type { placeListOutput } from "#shared/compute/catalog.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { hostsAmong, type KnownHost, listHosts } from "./place-repository.ts";
import { wrong } from "./refusals.ts";

/** The hosts that plans and images can name. */
export async function listPlaces(rt: Runtime): Promise<z.infer<typeof placeListOutput>> {
  return { data: await listHosts(rt) };
}

/** The hosts that a list in the input names, each once. @throws AppError INVALID_REQUEST that names the entry */
export async function namedHosts(tx: Tx, field: string, entries: readonly { hostId: string }[]): Promise<KnownHost[]> {
  const hosts = new Map((await hostsAmong(tx, entries.map((entry) => entry.hostId))).map((host) => [host.id, host]));
  return entries.map(({ hostId }, index) => {
    const host = hosts.get(hostId);
    if (!host) throw wrong(`${field}.${index}.hostId`, "is no host");
    if (entries.findIndex((entry) => entry.hostId === hostId) !== index) throw wrong(`${field}.${index}.hostId`, "is in the list twice");
    return host;
  });
}
