import { afterAll, beforeAll, expect, it } from "vitest";
import { breakdownOutput, chargeListOutput } from "#shared/billing/charges.ts";
import { newId } from "#shared/ids.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { breakDownCharges, listCharges } from "./charges.ts";

let rt: TestRuntime;
let person: Person;
const [web, db] = [newId("vm"), newId("vm")];
const [shop, blog] = [newId("project"), newId("project")];

beforeAll(async () => {
  rt = await createTestRuntime();
  person = await makePerson(rt);
  const hours = (resourceId: string, resourceName: string, projectId: string, component: string, amount: bigint, count: number) =>
    Array.from({ length: count }, (_, nth) => ({
      resourceId, resourceName, projectId, component, amount, organizationId: person.organizationId, resourceType: "vm", pricePerHour: amount, priceIds: [],
      hourStart: new Date(Date.parse("2028-02-01T22:00:00Z") + nth * 3_600_000), createdAt: rt.clock.now(),
    }));
  await rt.db.prisma.usageRecord.createMany({ data: [...hours(web, "web", shop, "compute", 5n, 4), ...hours(web, "web", shop, "storage", 1n, 4), ...hours(db, "db", blog, "compute", 7n, 3)] });
});
afterAll(() => rt.close());

async function all(filter: object, limit: number) {
  const rows = [];
  let cursor: string | undefined;
  do {
    const page = chargeListOutput.parse(await listCharges(rt, person.actor, { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) }));
    expect(page.data.length).toBeLessThanOrEqual(limit);
    rows.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

it("lists every charge once, the latest hour first, whatever the pages' size", async () => {
  const rows = await all({}, 100);
  expect(rows).toHaveLength(11);
  expect(rows.map((row) => row.hourStart)).toEqual(rows.map((row) => row.hourStart).toSorted().toReversed());
  for (const limit of [1, 2, 3, 5]) expect(await all({}, limit)).toEqual(rows);
  expect(rows[0]).toMatchObject({ hourStart: "2028-02-02T01:00:00.000Z", resourceName: "web", component: "storage", seconds: 3600, pricePerHour: "1", amount: "1", paid: false });
});

it("by time, project, kind and resource", async () => {
  expect(await all({ from: "2028-02-01T23:00:00.000Z", to: "2028-02-02T00:00:00.000Z" }, 2)).toHaveLength(3);
  expect(await all({ projectId: blog }, 2)).toHaveLength(3);
  expect(await all({ resourceId: web }, 3)).toHaveLength(8);
  expect(await all({ resourceType: "vm", resourceId: db, projectId: shop }, 3)).toEqual([]);
  expect(await all({ resourceType: "tunnel" }, 3)).toEqual([]);
});

it("of the organization alone; a cursor that is not ours is refused", async () => {
  const stranger = await makePerson(rt);
  expect(await listCharges(rt, stranger.actor, { limit: 10, resourceId: web })).toEqual({ data: [], nextCursor: null });
  expect(await breakDownCharges(rt, stranger.actor, { by: "resource", resourceId: web })).toMatchObject({ total: "0", groups: [] });
  await expect(listCharges(rt, person.actor, { limit: 10, cursor: "1' or 1=1" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
});

it.each([
  ["a time that ends as it begins", { from: "2028-02-01T00:00:00.000Z", to: "2028-02-01T00:00:00.000Z" }, "to"],
  ["more than a leap year", { from: "2027-01-31T23:59:59.999Z", to: "2028-02-02T00:00:00.000Z" }, "from"],
  ["a beginning so long ago that it is more up to now", { from: "2027-01-01T00:00:00.000Z" }, "from"],
])("refuses to break down %s", async (_, filter, field) => {
  await expect(breakDownCharges(rt, person.actor, { by: "day", ...filter })).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field }] } });
});

it("lists charges of any time that is one, however long", async () => {
  expect(await all({ from: "1990-01-01T00:00:00.000Z" }, 20)).toHaveLength(11);
  await expect(all({ from: "2028-02-03T00:00:00.000Z", to: "2028-02-02T00:00:00.000Z" }, 20)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
});

it.each([
  ["project", [[shop, null, "24", 8], [blog, null, "21", 3]]],
  ["kind", [["vm", null, "45", 11]]],
  ["resource", [[web, "web", "24", 8], [db, "db", "21", 3]]],
  ["day", [["2028-02-01", null, "26", 6], ["2028-02-02", null, "19", 5]]],
] as const)("breaks them down by %s, and the groups make the total", async (by, groups) => {
  const parts = breakdownOutput.parse(await breakDownCharges(rt, person.actor, { by }));
  expect(parts.groups.map(({ key, name, amount, hours }) => [key, name, amount, hours])).toEqual(groups);
  expect(parts).toMatchObject({ total: "45", hours: 11, rest: { count: 0, amount: "0" } });
});
