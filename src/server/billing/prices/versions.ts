import type { z } from "zod";
import type { priceVersionOutput } from "#shared/billing/prices.ts";
import type { Price } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { policyOf } from "../metering-repository.ts";
import { type PriceEffect, readPriceEffect } from "./preview-repository.ts";
import { versionsOf } from "./price-repository.ts";

/** Both components' prices from an instant on. */
export type VersionView = Omit<z.infer<typeof priceVersionOutput>, "state" | "createdBy"> & { createdById: string | null };

/** All versions of the subject, the latest first. */
export async function listVersions(rt: Runtime, subjectId: string): Promise<VersionView[]> {
  const versions = Map.groupBy(await versionsOf(rt, subjectId), (version) => version.effectiveFrom.getTime());
  return [...versions.values()].flatMap((rows) => versionView(rows) ?? []);
}

/** Customers that a preview names. */
const BIGGEST = 10;

/** What a price for all from a time on would do to what is on and off now. */
export function priceEffect(rt: Runtime, draft: { subjectId: string; compute: bigint; storage: bigint; effectiveFrom: Date }): Promise<PriceEffect> {
  return readPriceEffect(rt, draft, BIGGEST);
}

/** A version of the rows of its components; null: one is missing, as before all versions were kept, where only what a VM had agreed on is known. */
export function versionView(rows: readonly Price[]): VersionView | null {
  const compute = rows.find(({ component }) => component === "compute");
  const storage = rows.find(({ component }) => component === "storage");
  if (!compute || !storage) return null;
  return {
    effectiveFrom: compute.effectiveFrom.toISOString(),
    computePricePerHour: compute.pricePerHour.toString(),
    storagePricePerHour: storage.pricePerHour.toString(),
    policy: policyOf(compute.policy),
    appliesTo: compute.appliesTo === "all" ? "all" : "new",
    createdById: compute.createdById,
    createdAt: compute.createdAt.toISOString(),
  };
}
