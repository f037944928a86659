import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { findCustomerAccount } from "#server/billing/account-repository.ts";
import { transfer } from "#server/billing/ledger.ts";
import { issueStatements } from "#server/billing/statements/issue.ts";
import { systemAccount } from "#server/billing/system-accounts.ts";
import { readPdf } from "#server/billing/testing/pdf-text.ts";
import { createWebServer } from "#server/http/server.ts";
import type { WebServer } from "#server/http/web-server.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";

const PASSWORD = "correct horse battery";
const issuer = { name: "스위치야드 주식회사", address: "Seoul, 1", taxId: "123-45-67890", email: "billing@example.com" };
let rt: TestRuntime;
let web: WebServer;
let url: string;
let person: Person;

const token = async (email: string): Promise<string> => {
  const answer = await fetch(`${url}/auth/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ email, password: PASSWORD }) });
  return ((await answer.json()) as { token: string }).token;
};
const get = async (path: string, bearer: string): Promise<Response> => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${bearer}` } });

beforeAll(async () => {
  rt = await createTestRuntime({ port: 0, issuer });
  web = createWebServer(rt, { next: null });
  url = `http://127.0.0.1:${(await web.listen()).port}/v1`;
  person = await makePerson(rt, { email: "books@example.com", password: PASSWORD, welcome: credits(10) });
  await rt.db.prisma.organization.update({ where: { id: person.organizationId }, data: { name: "김민지의 Café Łódź" } });
  await transact(rt, async (tx) => {
    const account = await findCustomerAccount(tx, person.organizationId);
    if (!account) throw new Error("no account");
    for (let nth = 0; nth < 60; nth += 1) {
      await transfer(tx, { key: `adjust:${nth}`, kind: "adjustment", from: account.id, to: systemAccount("adjustment", account.id), amount: 12_345n, description: nth === 0 ? '=HYPERLINK("http://x","똠방각하")' : `correction ${nth}`, at: rt.clock.now() });
    }
  });
  rt.clock.set("2028-03-01T01:00:00.000Z");
  await issueStatements(rt);
});
afterAll(async () => {
  await web.close();
  await rt.close();
});

it("gives a statement on paper and for spreadsheets over REST, to its organization alone", async () => {
  const bearer = await token("books@example.com");
  const { data } = (await (await get("/statements", bearer)).json()) as { data: [{ id: string; number: string; closing: { amount: string } }] };
  const [{ id, number, closing }] = data;
  expect(closing).toMatchObject({ amount: "9259300" });

  const pdf = await get(`/statements/${id}.pdf?language=ko`, bearer);
  expect([pdf.status, pdf.headers.get("content-type"), pdf.headers.get("content-disposition")]).toEqual([200, "application/pdf", `attachment; filename="statement-${number}.pdf"`]);
  const bytes = new Uint8Array(await pdf.arrayBuffer());
  expect(bytes.length).toBeLessThan(120_000);
  const { text, pages, fonts } = readPdf(bytes);
  expect(pages).toBe(2);
  expect(fonts).toEqual(["Geist-Regular", "Geist-SemiBold", "NanumGothic", "NanumGothicBold"]);
  for (const part of ["명세서", "스위치야드", "주식회사", "123-45-67890", "billing@example.com", "김민지의", "Café Łódź", number, "2028-02-01", "2028-02-29", "똠방각하", "9.2593", "-0.7407", "correction 59"]) expect(text).toContain(part);

  const csv = await get(`/statements/${id}.csv`, bearer);
  expect([csv.status, csv.headers.get("content-type"), csv.headers.get("content-disposition")]).toEqual([200, "text/csv; charset=utf-8", `attachment; filename="statement-${number}.csv"`]);
  const lines = (await csv.text()).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + 1 + 1 + 60 + 1);
  expect(lines[3]).toContain(`"'=HYPERLINK(""http://x"",""똠방각하"")"`);
  expect(lines[4]).toMatch(/^adjustment,2028-02-28T10:00:00.000Z,2028-02-28T10:00:00.000Z,correction 1,,.*,-0.012345,0.000000,-0.012345$/);
  expect(lines.at(-1)).toMatch(/^closing,2028-03-01T00:00:00.000Z,.*,9.259300,0.000000,9.259300$/);

  await makePerson(rt, { email: "other@example.com", password: PASSWORD });
  const stranger = await token("other@example.com");
  for (const path of [`/statements/${id}`, `/statements/${id}.pdf`, `/statements/${id}.csv`]) {
    expect((await get(path, stranger)).status).toBe(404);
    expect((await fetch(`${url}${path}`)).status).toBe(401);
  }
  expect((await get(`/statements/${id}.pdf?language=xx`, bearer)).status).toBe(400);
});
