import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { creditSpendingOutput } from "#shared/billing/schema.ts";
import { newId } from "#shared/ids.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { getSpending } from "./chart-spending.ts";

let rt: TestRuntime;
let organizationId: string;
beforeAll(async () => void (rt = await createTestRuntime()));
beforeEach(() => void (organizationId = newId("organization")));
afterAll(() => rt.close());

/** An hour that was used and is owed, of the organization of the test. */
async function used(resourceId: string, hour: string, amount: bigint, name = resourceId, owner = organizationId): Promise<void> {
  const hourStart = new Date(hour);
  await rt.db.prisma.usageRecord.create({ data: { resourceId: `${owner}:${resourceId}`, component: "compute", hourStart, organizationId: owner, resourceType: "vm", resourceName: name, amount, createdAt: hourStart } });
}

const spending = async () => creditSpendingOutput.parse(await getSpending(rt, { organizationId }));
const idOf = (name: string) => `${organizationId}:${name}`;

it("gives each day of UTC to who used it, under the newest name, and nothing of others", async () => {
  rt.clock.set("2028-02-10T12:00:00.000Z");
  await used("web", "2028-02-09T00:00:00.000Z", 5n, "old name");
  await used("web", "2028-02-09T23:59:59.000Z", 6n, "old name");
  await used("web", "2028-02-10T00:00:00.000Z", 7n, "new name");
  await used("db", "2028-02-10T11:00:00.000Z", 3n);
  await used("web", "2028-02-10T11:00:00.000Z", 1_000n, "web", newId("organization"));
  const { resources, days, shownFrom } = await spending();
  expect(resources).toEqual([
    { id: idOf("web"), name: "new name", type: "vm" },
    { id: idOf("db"), name: "db", type: "vm" },
  ]);
  expect(days.slice(-3)).toEqual([
    { day: "2028-02-08", total: "0", amounts: ["0", "0"], other: "0" },
    { day: "2028-02-09", total: "11", amounts: ["11", "0"], other: "0" },
    { day: "2028-02-10", total: "10", amounts: ["7", "3"], other: "0" },
  ]);
  expect(shownFrom).toBe("2028-01-12");
  expect([days[0]?.day, days.length]).toEqual(["2028-01-01", 41]);
});

it("tells the eight dearest apart; the others are together, and no day loses anything", async () => {
  rt.clock.set("2028-02-10T12:00:00.000Z");
  for (let nth = 1; nth <= 11; nth += 1) await used(`vm${nth}`, "2028-02-10T01:00:00.000Z", BigInt(nth));
  // Dear once, but not in the days that are shown.
  await used("vm1", "2028-01-02T00:00:00.000Z", 1_000_000n);
  const { resources, days } = await spending();
  expect(resources.map(({ name }) => name)).toEqual(["vm11", "vm10", "vm9", "vm8", "vm7", "vm6", "vm5", "vm4"]);
  expect(days.at(-1)).toEqual({ day: "2028-02-10", total: "66", amounts: ["11", "10", "9", "8", "7", "6", "5", "4"], other: "6" });
  expect(days[1]).toMatchObject({ day: "2028-01-02", total: "1000000", other: "1000000" });
});

it("compares the month with the last one up to the same moment", async () => {
  rt.clock.set("2028-03-10T12:00:00.000Z");
  await used("web", "2028-01-31T23:00:00.000Z", 1_000n);
  await used("web", "2028-02-01T00:00:00.000Z", 1n);
  await used("web", "2028-02-10T11:59:59.999Z", 2n);
  await used("web", "2028-02-10T12:00:00.000Z", 4n);
  await used("web", "2028-02-29T23:00:00.000Z", 8n);
  await used("web", "2028-03-01T00:00:00.000Z", 16n);
  await used("web", "2028-03-10T12:00:00.000Z", 32n);
  expect((await spending()).month).toEqual({ start: "2028-03-01", lastStart: "2028-02-01", soFar: "48", lastSoFar: "3", lastTotal: "15" });
});

it("compares the end of a long month with the whole of a short one, and reaches back 30 days", async () => {
  rt.clock.set("2027-03-31T12:00:00.000Z");
  await used("web", "2027-02-28T23:00:00.000Z", 8n);
  expect((await spending()).month).toMatchObject({ lastSoFar: "8", lastTotal: "8", soFar: "0" });
  rt.clock.set("2027-02-01T00:00:00.000Z");
  expect((await spending()).days[0]?.day).toBe("2027-01-01");
});

it("is empty for who never used anything", async () => {
  rt.clock.set("2028-02-10T12:00:00.000Z");
  expect(await spending()).toMatchObject({ resources: [], month: { soFar: "0", lastSoFar: "0", lastTotal: "0" } });
});
