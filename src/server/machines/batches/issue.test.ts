import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import jsQR from "jsqr";
import { parse } from "csv-parse/sync";
import { batchIssueOutput } from "#shared/machines/batches.ts";
import { claim as claimAsDevice } from "../../../device/claim.ts";
import { createWebServer } from "#server/http/server.ts";
import type { WebServer } from "#server/http/web-server.ts";
import { createLogger } from "#server/infra/logger.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { parseClaimToken } from "../claim-token.ts";
import { issueClaim } from "../claims.ts";
import { createDeviceRouter } from "../device-http.ts";
import { srpVerifier } from "../espressif.ts";
import { seedMachineTemplates } from "../seed.ts";
import { claimBody, givenOrganization, TESTER } from "../testing/fixtures.ts";
import { createBatch, getBatch, listBatchMachines } from "./batches.ts";
import { issueBatch } from "./issue.ts";

let rt: TestRuntime;
let web: WebServer;
let address: string;
beforeAll(async () => {
  rt = await createTestRuntime({ port: 0 });
  web = createWebServer(rt, { next: null, device: createDeviceRouter(rt) });
  address = `http://127.0.0.1:${(await web.listen()).port}`;
  await seedMachineTemplates(rt);
});
afterAll(async () => {
  await web.close();
  await rt.close();
});

const SSIDS = ["guest", "@home", ""];
async function givenBatch(names: readonly string[]) {
  const csv = `name,serial,template,wifi_ssid\n${names.map((name, index) => `"${name.replaceAll('"', '""')}",SY-${index},locker-24,${SSIDS[index] ?? ""}\n`).join("")}`;
  return createBatch(rt, TESTER, { organizationId: await givenOrganization(rt), csv, fileName: "machines.csv", onlyGood: false });
}
const issue = async (id: string) => batchIssueOutput.parse(await issueBatch(rt, TESTER, { id, language: "en" }));
const fileOf = (issued: Awaited<ReturnType<typeof issue>>, name: string) => Buffer.from(issued.files.find(({ fileName }) => fileName === name)?.base64 ?? "", "base64");
const valuesOf = (issued: Awaited<ReturnType<typeof issue>>) => parse(fileOf(issued, "mfg-values.csv"), { columns: true }) as Record<string, string>[]; // columns: rows are objects of strings
const claim = (token: string) => fetch(`${address}/device/v1/claim`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(claimBody(token)) });

describe("the labels and files of a batch", () => {
  it("carry a token for each machine; the database has their hashes alone", async () => {
    const batch = await givenBatch(["서울역", "Hall", "=1+1"]);
    const issued = await issue(batch.id);
    expect(issued).toMatchObject({ count: 3, superseded: 0, expiresAt: "2028-05-28T10:00:00.000Z" });
    expect(issued.files.map(({ fileName }) => fileName)).toEqual(["labels.pdf", "mfg-config.csv", "mfg-values.csv", "README.md"]);
    const values = valuesOf(issued);
    const stored = JSON.stringify(await rt.db.prisma.claimToken.findMany()) + JSON.stringify(await rt.db.prisma.auditEntry.findMany()) + JSON.stringify(await rt.db.prisma.event.findMany({ select: { data: true } }));
    for (const { claim_token: token = "" } of values) {
      expect(parseClaimToken(token)).toBe(token);
      expect(stored).not.toContain(token);
    }
    expect(await getBatch(rt, batch.id)).toMatchObject({ labelled: 3, claimed: 0 });
    expect((await listBatchMachines(rt, { id: batch.id, page: 1, limit: 20 })).data.map(({ status, labelUntil }) => [status, labelUntil])).toEqual(Array.from({ length: 3 }, () => ["awaiting_claim", issued.expiresAt]));
    const audited = await rt.db.prisma.auditEntry.findMany({ where: { organizationId: batch.organizationId, action: { in: ["machine.batch.issue", "machine.claim.issue"] } } });
    expect(audited.map(({ action }) => action).toSorted()).toEqual(["machine.batch.issue", "machine.claim.issue", "machine.claim.issue", "machine.claim.issue"]);
  });

  it("let a device claim its machine over HTTP, once, with the code that a scanner reads from the sheet", async () => {
    const batch = await givenBatch(["Read me", "And me"]);
    const issued = await issue(batch.id);
    const addresses = qrCodes(fileOf(issued, "labels.pdf"));
    const tokens = valuesOf(issued).map((row) => row["claim_token"] ?? "");
    expect(addresses).toEqual(tokens.map((token) => `${new URL(rt.config.publicUrl).origin.toUpperCase()}/C/${token}`));
    // As the device program does it.
    const answer = await claimAsDevice(address, claimBody(addresses[1]?.split("/").at(-1) ?? ""), { log: createLogger("silent"), signal: AbortSignal.timeout(10_000) });
    const [, second] = (await listBatchMachines(rt, { id: batch.id, page: 1, limit: 20 })).data;
    expect(answer.machine_id).toBe(second?.id);
    expect((await claim(tokens[1] ?? "")).status).toBe(410);
    expect(await getBatch(rt, batch.id)).toMatchObject({ labelled: 1, claimed: 1 });
  });

  it("are worthless when they are made again, which leaves claimed machines alone", async () => {
    const batch = await givenBatch(["One", "Two"]);
    const [first, second] = valuesOf(await issue(batch.id));
    expect((await claim(first?.["claim_token"] ?? "")).status).toBe(200);
    const again = await issue(batch.id);
    expect(again).toMatchObject({ count: 1, superseded: 1 });
    const [renewed] = valuesOf(again);
    // What Espressif's apps scan stays as it was: only the verifier's salt is new.
    expect({ ...renewed, claim_token: "", sec2_salt: "", sec2_verifier: "" }).toEqual({ ...second, claim_token: "", sec2_salt: "", sec2_verifier: "" });
    const refused = await claim(second?.["claim_token"] ?? "");
    expect([refused.status, await refused.json()]).toMatchObject([410, { error: { reason: "superseded" } }]);
    expect((await claim(renewed?.["claim_token"] ?? "")).status).toBe(200);
    await expect(issue(batch.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("supersede a code that was made for one of the machines alone, and are superseded by one", async () => {
    const batch = await givenBatch(["Alone"]);
    const [machine] = (await listBatchMachines(rt, { id: batch.id, page: 1, limit: 20 })).data;
    const single = await issueClaim(rt, TESTER, { id: machine?.id ?? "", medium: "label" });
    const issued = await issue(batch.id);
    expect(issued.superseded).toBe(1);
    expect((await claim(single.token)).status).toBe(410);
    await issueClaim(rt, TESTER, { id: machine?.id ?? "", medium: "screen" });
    expect((await claim(valuesOf(issued)[0]?.["claim_token"] ?? "")).status).toBe(410);
  });

  it("are what Espressif's tool reads: keys in the order of its configuration, a value for each, no mark of UTF-8, no formula", async () => {
    const batch = await givenBatch(["=HYPERLINK(1)", "Hall, \"left\"", "서울"]);
    const issued = await issue(batch.id);
    const config = fileOf(issued, "mfg-config.csv").toString();
    expect(config.split("\n")).toEqual([
      "switchyard,namespace,",
      "server_url,data,string",
      "firmware_key,data,string",
      "claim_token,data,string",
      "machine_name,data,string",
      "heartbeat_s,data,u16",
      "net_kind,data,string",
      "wifi_ssid,data,string",
      "prov_name,data,string",
      "sec2_salt,data,hex2bin",
      "sec2_verifier,data,hex2bin",
      "",
    ]);
    const text = fileOf(issued, "mfg-values.csv").toString();
    const keys = config.split("\n").slice(1, -1).map((line) => line.split(",")[0]);
    expect(text.split("\n")[0]).toBe(["id", ...keys, "serial"].join(","));
    expect(text).not.toContain("\r");
    const rows = valuesOf(issued);
    expect(rows.map((row) => [row["machine_name"], row["wifi_ssid"], row["serial"]])).toEqual([["'=HYPERLINK(1)", "guest", "SY-0"], ['Hall, "left"', "", "SY-1"], ["서울", "", "SY-2"]]);
    expect(rows[0]?.["sec2_verifier"]).toMatch(/^[0-9a-f]{768}$/);
    const readme = fileOf(issued, "README.md").toString();
    expect(readme).toContain("mfg_gen.py generate mfg-config.csv mfg-values.csv machine 0x4000 --fileid id --outdir .");
    expect(readme).toContain(`esptool write-flash 0x3d0000 bin/machine-${rows[0]?.["id"]}.bin`);
    expect(readme).toContain("fctry,    data, nvs,     0x3d0000, 0x4000");
    expect(readme).toContain(`the installer gives it by phone: ${rows[1]?.["id"]}.`);
  });

  it("fill as many sheets as they need", async () => {
    const batch = await givenBatch(Array.from({ length: 19 }, (_, index) => `아주 긴 이름의 판매기 ${index} in the entrance hall of the central station`));
    const pdf = fileOf(await issue(batch.id), "labels.pdf");
    expect(pdf.toString("latin1").match(/\/Type \/Page\b/g)).toHaveLength(2);
    expect(new Set(qrCodes(pdf)).size).toBe(19);
  });
});

it("verifiers of many devices are those of one", () => {
  const salt = Buffer.alloc(16, 0x81);
  const verifiers = ["a", "b", "a"].map((password) => srpVerifier("user", password, salt).verifier);
  expect(verifiers[0]).toBe(verifiers[2]);
  expect(verifiers[0]).not.toBe(verifiers[1]);
});

/** The codes of a sheet, drawn again from the rectangles in its pages and read by a decoder. */
function qrCodes(pdf: Buffer): string[] {
  const drawings = streamsOf(pdf).flatMap((page) => page.split(/^q$/m).slice(1));
  return drawings.flatMap((drawing) => {
    const rectangles = [...drawing.matchAll(/^(\d+) (\d+) (\d+) 1 re$/gm)].map(([, x, y, width]) => ({ x: Number(x), y: Number(y), width: Number(width) }));
    if (rectangles.length < 50) return [];
    const side = Math.max(...rectangles.map(({ y }) => y)) + 1 + 4;
    const scale = 4;
    const pixels = new Uint8ClampedArray((side * scale) ** 2 * 4).fill(255);
    for (const { x, y, width } of rectangles) {
      for (let row = y * scale; row < (y + 1) * scale; row += 1) {
        for (let column = x * scale; column < (x + width) * scale; column += 1) pixels.set([0, 0, 0, 255], (row * side * scale + column) * 4);
      }
    }
    return [jsQR(pixels, side * scale, side * scale)?.data ?? "not readable"];
  });
}

function streamsOf(pdf: Buffer): string[] {
  const text = pdf.toString("latin1");
  return [...text.matchAll(/\/Length (\d+)[^>]*>>\s*stream\r?\n/g)].flatMap((found) => {
    const from = found.index + found[0].length;
    const bytes = pdf.subarray(from, from + Number(found[1]));
    return found[0].includes("FlateDecode") || bytes[0] === 0x78 ? [inflateSync(bytes).toString("latin1")] : [];
  });
}
