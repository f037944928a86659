import type { MeterPolicy } from "#shared/billing/policy.ts";
import { AppError } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Price } from "#server/infra/prisma/client.ts";
import { policyOf } from "../metering-repository.ts";
import type { Component } from "../spans.ts";
import { type PriceSubject, pricesAgreed, pricesInEffect } from "./price-repository.ts";

export type { PriceSubject } from "./price-repository.ts";

/** A version: micro-credits an hour, and how the hours are counted. */
export interface PriceVersion {
  id: string;
  pricePerHour: bigint;
  policy: MeterPolicy;
}

export type ComponentPrices = Record<Component, PriceVersion>;

/** What the subject costs at `at`, for whoever takes it then: the one place that says so. @throws AppError INTERNAL_ERROR: it has no price */
export async function pricesAt(tx: Tx, subject: PriceSubject, at: Date): Promise<ComponentPrices> {
  const prices = (await allPricesAt(tx, subject.type, at, subject.id)).get(subject.id);
  if (!prices) throw new AppError("INTERNAL_ERROR", `The ${subject.type} ${subject.id} has no price.`);
  return prices;
}

/** What all subjects of the kind cost at `at`, by id. What has no price yet is not among them: it is not for sale. */
export async function allPricesAt(db: Tx, type: PriceSubject["type"], at: Date, subjectId: string | null = null): Promise<Map<string, ComponentPrices>> {
  const rows = Map.groupBy(await pricesInEffect(db, type, subjectId, at), (row) => row.subjectId);
  const prices = new Map<string, ComponentPrices>();
  for (const [id, versions] of rows) {
    const compute = versions.find(({ component }) => component === "compute");
    const storage = versions.find(({ component }) => component === "storage");
    if (compute && storage) prices.set(id, { compute: versionOf(compute), storage: versionOf(storage) });
  }
  return prices;
}

function versionOf({ id, pricePerHour, policy }: Price): PriceVersion {
  return { id, pricePerHour, policy: policyOf(policy) };
}

/** A component's price as a span has it. */
export interface AgreedPrice {
  pricePerHour: bigint;
  /** the versions that it is the sum of */
  priceIds: string[];
  policy: Partial<MeterPolicy>;
}

/**
 * What a resource costs at `at` for which these versions were agreed: those that were followed by a price for all give way to it. Without a time: as agreed.
 * How it is counted is said by the first version of each component, its plan's.
 */
export async function agreedPrices(tx: Tx, priceIds: readonly string[], at: Date | null): Promise<Record<Component, AgreedPrice>> {
  const versions = await pricesAgreed(tx, priceIds, at);
  const of = (component: Component): AgreedPrice => {
    const parts = versions.filter((version) => version.component === component);
    return { pricePerHour: parts.reduce((sum, part) => sum + part.pricePerHour, 0n), priceIds: parts.map(({ id }) => id), policy: policyOf(parts[0]?.policy ?? {}) };
  };
  return { compute: of("compute"), storage: of("storage") };
}
