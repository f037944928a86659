import { afterAll, beforeAll, expect, it } from "vitest";
import { ledgerFileInput } from "#shared/billing/documents.ts";
import { credits } from "#shared/credits.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { findCustomerAccount } from "../account-repository.ts";
import { transfer } from "../ledger.ts";
import { systemAccount } from "../system-accounts.ts";
import { ledgerFile } from "./ledger-file.ts";

let rt: TestRuntime;
let person: Person;

async function move(at: string, whole: number, description: string): Promise<void> {
  const account = await transact(rt, (tx) => findCustomerAccount(tx, person.organizationId));
  const [own, other] = [account?.id ?? "", systemAccount("adjustment", account?.id ?? "")];
  const [from, to] = whole > 0 ? [other, own] : [own, other];
  await transact(rt, (tx) => transfer(tx, { key: `${at}:${description}`, kind: "adjustment", from, to, amount: credits(Math.abs(whole)), description, at: new Date(at) }));
}
async function lines(days: { from?: string; to?: string } = {}, most?: number): Promise<{ entry: string; amount: string; balance: string; description: string }[]> {
  const text = new TextDecoder().decode(await ledgerFile(rt, person.organizationId, ledgerFileInput.parse(days), most));
  const [head = "", ...rows] = text.trimEnd().split("\r\n");
  const names = head.replace("\uFEFF", "").split(",");
  return rows.map((row) => {
    const cells = row.split(",");
    const cell = (name: string) => cells[names.indexOf(name)] ?? "";
    return { entry: cell("entry"), amount: cell("amount"), balance: cell("balance"), description: cell("description") };
  });
}

beforeAll(async () => {
  rt = await createTestRuntime();
  person = await makePerson(rt);
  await move("2028-01-31T23:59:59.999Z", 10, "first");
  await move("2028-02-01T00:00:00.000Z", -3, "second");
  await move("2028-02-10T00:00:00.000Z", 5, "=HYPERLINK(1)");
  // A clock was set back: booked after the one before it, with an earlier time.
  await move("2028-02-09T00:00:00.000Z", -4, "late");
  await move("2028-02-28T00:00:00.000Z", 1, "last");
});
afterAll(() => rt.close());

it("has every entry in the order it was booked in, each with the balance after it, between opening and closing", async () => {
  expect((await lines()).map(({ entry, amount, balance }) => [entry, amount, balance])).toEqual([
    ["opening", "", "0.000000"],
    ["1", "10.000000", "10.000000"],
    ["2", "-3.000000", "7.000000"],
    ["3", "5.000000", "12.000000"],
    ["4", "-4.000000", "8.000000"],
    ["5", "1.000000", "9.000000"],
    ["closing", "", "9.000000"],
  ]);
});

it("days that follow each other fit together, late entries and all", async () => {
  const [january, early, rest] = await Promise.all([lines({ to: "2028-01-31" }), lines({ from: "2028-02-01", to: "2028-02-09" }), lines({ from: "2028-02-10" })]);
  expect([january, early, rest].map((file) => file.map(({ entry }) => entry))).toEqual([
    ["opening", "1", "closing"],
    ["opening", "2", "closing"],
    ["opening", "3", "4", "5", "closing"],
  ]);
  expect(january.at(-1)?.balance).toBe(early[0]?.balance);
  expect(early.at(-1)?.balance).toBe(rest[0]?.balance);
});

it("a time without entries has the balance that stood then", async () => {
  expect(await lines({ from: "2028-02-11", to: "2028-02-27" })).toMatchObject([{ entry: "opening", balance: "8.000000" }, { entry: "closing", balance: "8.000000" }]);
  expect(await lines({ from: "2027-01-01", to: "2027-01-02" })).toMatchObject([{ balance: "0.000000" }, { balance: "0.000000" }]);
});

it("makes no formula of what people wrote", async () => {
  expect((await lines()).map(({ description }) => description)).toContain("\"'=HYPERLINK(1)\"");
});

it("refuses more than a file holds, and says how many there are", async () => {
  expect(await lines({}, 5)).toHaveLength(7);
  await expect(lines({}, 4)).rejects.toMatchObject({ code: "INVALID_REQUEST", message: expect.stringContaining("there are 5") });
});

it.each([{ from: "2028-02-30" }, { from: "yesterday" }, { from: "2028-03-02", to: "2028-03-01" }])("refuses %j", (days) => {
  expect(ledgerFileInput.safeParse(days).success).toBe(false);
});

it("of an organization that is none: not found", async () => {
  await expect(ledgerFile(rt, "org_nobody", {})).rejects.toMatchObject({ code: "NOT_FOUND" });
});
