import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { grantCredits } from "#server/billing/grants.ts";
import { createWebServer } from "#server/http/server.ts";
import type { WebServer } from "#server/http/web-server.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";

const PASSWORD = "correct horse battery";
let rt: TestRuntime;
let web: WebServer;
let url: string;
let person: Person;

async function get(path: string, email: string): Promise<Response> {
  const answer = await fetch(`${url}/auth/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ email, password: PASSWORD }) });
  const { token } = (await answer.json()) as { token: string };
  return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
}

beforeAll(async () => {
  rt = await createTestRuntime({ port: 0 });
  web = createWebServer(rt, { next: null });
  url = `http://127.0.0.1:${(await web.listen()).port}/v1`;
  person = await makePerson(rt, { email: "customer@example.com", password: PASSWORD });
  await makePerson(rt, { email: "auditor@example.com", password: PASSWORD, platformRole: "auditor" });
  await rt.db.prisma.organization.update({ where: { id: person.organizationId }, data: { name: '=cmd|"x"' } });
  await grantCredits(rt, person.actor, { organizationId: person.organizationId, amount: credits(12).toString(), category: "paid", reason: "bank transfer", idempotencyKey: crypto.randomUUID() });
});
afterAll(async () => {
  await web.close();
  await rt.close();
});

it("answers over REST, and its tables as files that spreadsheets take for text", async () => {
  const report = await get("/admin/revenue?from=2028-02&to=2028-02&by=day", "auditor@example.com");
  expect(await report.json()).toMatchObject({ up_to_date: true, lines: [{ line: "manual", amount: "12000000", paid: "12000000", promotional: "0" }], closing: { amount: "12000000" }, money: [] });
  const file = await get("/admin/revenue.csv?from=2028-02&to=2028-02", "auditor@example.com");
  expect([file.status, file.headers.get("content-type"), file.headers.get("content-disposition")]).toEqual([200, "text/csv; charset=utf-8", 'attachment; filename="revenue-2028-02.csv"']);
  const text = await file.text();
  expect(text).toContain("2028-02-01T00:00:00.000Z,manual,1,12.000000,12.000000,0.000000,");
  expect(text).toContain("2028-03-01T00:00:00.000Z,closing,,12.000000,12.000000,0.000000,");
  const customers = await (await get("/admin/revenue/customers.csv?from=2028-01&to=2028-02", "auditor@example.com")).text();
  expect(customers).toContain(`${person.organizationId},"'=cmd|""x""",12.000000,0.000000,0.000000,`);
  expect(await (await get("/admin/revenue/products.csv?from=2028-01&to=2028-02", "auditor@example.com")).text()).toMatch(/^\uFEFF?resource_type,component,plan_id,plan_name,hours,amount,paid,promotional\r\n$/);
});

it("gives customers their own ledger, and nobody but who may read the books another's", async () => {
  const own = await get("/credits/history.csv?from=2028-02-01", "customer@example.com");
  expect(own.headers.get("content-disposition")).toBe(`attachment; filename="ledger-${person.organizationId}-2028-02-01-2028-02-28.csv"`);
  expect(await own.text()).toContain("grant,bank transfer,organization,");
  const theirs = `/admin/organizations/${person.organizationId}/credits/history.csv`;
  expect((await get(theirs, "customer@example.com")).status).toBe(403);
  expect(await (await get(theirs, "auditor@example.com")).text()).toContain("bank transfer");
});

it.each(["from=2028-03", "from=2028-02&to=2028-01", "from=2028-02&to=2028-02&by=week", "from=2028-00&to=2028-02"])("refuses %s", async (query) => {
  const answer = await get(`/admin/revenue?${query}`, "auditor@example.com");
  expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([400, "INVALID_REQUEST"]);
});
