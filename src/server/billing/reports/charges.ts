import type { z } from "zod";
import { MOST_DAYS } from "#shared/billing/breakdowns.ts";
import type { breakdownInput, breakdownOutput, chargeListInput, chargeListOutput } from "#shared/billing/charges.ts";
import { AppError } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type ChargeFilter, type ChargeMark, type ChargeRow, groupCharges, readCharges } from "./charge-repository.ts";

type Actor = Pick<MemberActor, "organizationId">;

const GROUPS = 400;
const FOREVER = { from: new Date(0), to: new Date("9999-12-31T00:00:00Z") };
const DAY_MS = 86_400_000;
/** A breakdown without a beginning reads so many days. */
const USUAL_DAYS = 31;

/**
 * The organization's charges hour by hour, the latest first.
 * @throws AppError INVALID_REQUEST when the cursor is not one of ours, or the time ends before it begins
 */
export async function listCharges(rt: Runtime, actor: Actor, input: z.output<typeof chargeListInput>): Promise<z.output<typeof chargeListOutput>> {
  const rows = await readCharges(rt, actor.organizationId, filterOf(input, FOREVER.from), readCursor(input.cursor), input.limit + 1);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => ({
      ...row,
      hourStart: row.hourStart.toISOString(),
      pricePerHour: row.pricePerHour?.toString() ?? null,
      amount: row.amount.toString(),
      paid: row.transferId !== null,
    })),
    nextCursor: rows.length > input.limit && last ? writeCursor(last) : null,
  };
}

/**
 * What was charged in a time (the last 31 days unless it says otherwise), by what it was for.
 * @throws AppError INVALID_REQUEST when the time ends before it begins, or is too long to be added up while somebody waits
 */
export async function breakDownCharges(rt: Runtime, actor: Actor, input: z.output<typeof breakdownInput>): Promise<z.output<typeof breakdownOutput>> {
  const end = input.to === undefined ? rt.clock.now() : new Date(input.to);
  const filter = filterOf(input, new Date(end.getTime() - USUAL_DAYS * DAY_MS));
  if (end.getTime() - filter.from.getTime() > MOST_DAYS * DAY_MS) throw wrong("from", `must be at most ${MOST_DAYS} days before the end`);
  const rows = await groupCharges(rt, actor.organizationId, input.by, filter);
  const sum = (of: "amount" | "seconds", among = rows): bigint => among.reduce((total, row) => total + row[of], 0n);
  const rest = rows.slice(GROUPS);
  return {
    total: sum("amount").toString(),
    hours: Number(sum("seconds")) / 3_600,
    groups: rows.slice(0, GROUPS).map(({ key, name, amount, seconds }) => ({ key, name, amount: amount.toString(), hours: Number(seconds) / 3_600 })),
    rest: { count: rest.length, amount: sum("amount", rest).toString() },
  };
}

function filterOf(input: Omit<z.output<typeof breakdownInput>, "by">, from: Date): ChargeFilter {
  if (input.from !== undefined && input.to !== undefined && input.from >= input.to) throw wrong("to", "must be after from");
  return {
    from: input.from === undefined ? from : new Date(input.from),
    to: input.to === undefined ? FOREVER.to : new Date(input.to),
    projectId: input.projectId ?? null,
    resourceType: input.resourceType ?? null,
    resourceId: input.resourceId ?? null,
  };
}

function writeCursor({ hourStart, resourceId, component }: ChargeRow): string {
  return `${hourStart.getTime()}.${component}.${resourceId}`;
}

function readCursor(cursor: string | undefined): ChargeMark | null {
  if (cursor === undefined) return null;
  const [, time = "", component = "", resourceId = ""] = /^(\d{1,14})\.([a-z_]{1,32})\.([\w-]{1,64})$/.exec(cursor) ?? [];
  if (resourceId === "") throw wrong("cursor", "is not one of this list");
  return { hourStart: new Date(Number(time)), component, resourceId };
}

function wrong(field: string, message: string): AppError {
  return new AppError("INVALID_REQUEST", undefined, { details: [{ field, message }] });
}
