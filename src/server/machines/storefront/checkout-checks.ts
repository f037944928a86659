import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { checkoutLine, Refusal } from "#shared/machines/storefront.ts";
import type { StorefrontRow } from "./storefront-repository.ts";

/** The order is refused for what is true of the machine now. */
export function refusal(reason: Refusal, message: string): AppError {
  return new AppError("INVALID_STATE", message, { reason, state: reason });
}

/**
 * Whether the buyer saw what is sold: the same products at the same prices.
 * @throws AppError NOT_FOUND for a slot, CONFLICT with reason product_changed, or price_changed and the prices that hold now
 */
export function checkLines(machine: Pick<StorefrontRow, "slots">, lines: readonly z.output<typeof checkoutLine>[]): void {
  const slots = new Map(machine.slots.map((slot) => [slot.code, slot]));
  const moved: { field: string; message: string }[] = [];
  const dearer: { slot: string; price: string }[] = [];
  for (const [index, line] of lines.entries()) {
    const slot = slots.get(line.slot);
    if (!slot?.product) throw notFound("slot");
    const price = slot.price ?? slot.product.price;
    if (slot.productId !== line.productId) moved.push({ field: `lines.${index}.productId`, message: "is not in this slot any more" });
    else if (price !== BigInt(line.price) && !dearer.some((one) => one.slot === line.slot)) dearer.push({ slot: line.slot, price: price.toString() });
  }
  if (moved.length > 0) throw new AppError("CONFLICT", "The machine holds something else there now.", { reason: "product_changed", details: moved });
  if (dearer.length > 0) throw new AppError("CONFLICT", "A price has changed.", { reason: "price_changed", prices: dearer });
}

/** What the payer reads: "Lobby snacks: 2 × Cola, Bar". */
export function describe(machineName: string, lines: readonly { name: string }[]): string {
  const counts = new Map<string, number>();
  for (const { name } of lines) counts.set(name, (counts.get(name) ?? 0) + 1);
  const text = `${machineName}: ${[...counts].map(([name, count]) => (count > 1 ? `${count} × ${name}` : name)).join(", ")}`;
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
