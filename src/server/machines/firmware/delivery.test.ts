import { createHash } from "node:crypto";
import { get, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWebServer } from "#server/http/server.ts";
import type { WebServer } from "#server/http/web-server.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { createDeviceRouter } from "../device-http.ts";
import { type FirmwareGround, firmwareGround } from "../testing/firmware-ground.ts";
import { buildImage } from "../testing/firmware-images.ts";
import { readRange } from "./byte-range.ts";
import { runRollouts } from "./rollout-round.ts";
import { abortRollout } from "./rollouts.ts";

let rt: TestRuntime;
let web: WebServer;
let ground: FirmwareGround;
/** larger than any buffer on the way */
const image = buildImage({ version: "4.0.0", segments: [300_000, 123_457] });
let url: string;
let rolloutId: string;
let machineId: string;

beforeAll(async () => {
  rt = await createTestRuntime({ port: 0 });
  web = createWebServer(rt, { next: null, device: createDeviceRouter(rt) });
  rt.config.publicUrl = `http://127.0.0.1:${(await web.listen()).port}`;
  ground = await firmwareGround(rt);
  const { firmware } = await ground.upload({ version: "4.0.0", segments: [300_000, 123_457] });
  machineId = (await ground.machines(1))[0]?.id ?? "";
  rolloutId = await ground.started(firmware.id);
  url = await offered();
});
afterAll(async () => {
  await web.close();
  await rt.close();
});

async function offered(): Promise<string> {
  await runRollouts(rt);
  return (await ground.offers(machineId))[0]?.url ?? "";
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Plain HTTP, without what fetch adds and hides. */
function ask(address: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(address, { headers, method }, (response) => {
      buffer(response).then((body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }), reject);
    }).on("error", reject);
  });
}

const changed = (change: (address: URL) => void): string => {
  const address = new URL(url);
  change(address);
  return address.toString();
};

describe("a firmware at its signed address", () => {
  it("comes whole, with its length and a strong ETag, never compressed", async () => {
    const { status, headers, body } = await ask(url, { "accept-encoding": "gzip, br" });
    expect([status, body.equals(image)]).toEqual([200, true]);
    expect(headers).toMatchObject({ "content-length": String(image.length), "accept-ranges": "bytes", etag: `"${createHash("sha256").update(image).digest("hex")}"`, "content-type": "application/octet-stream" });
    expect([headers["content-encoding"], headers["transfer-encoding"]]).toEqual([undefined, undefined]);
  });

  it("says all of that to HEAD, without the bytes", async () => {
    const { status, headers, body } = await ask(url, {}, "HEAD");
    expect([status, headers["content-length"], body.length]).toEqual([200, String(image.length), 0]);
    const part = await ask(url, { range: "bytes=10-19" }, "HEAD");
    expect([part.status, part.headers["content-length"], part.headers["content-range"]]).toEqual([206, "10", `bytes 10-19/${image.length}`]);
  });

  it("is put together again from pieces of any size, resumed with If-Range", async () => {
    const { etag = "" } = (await ask(url, {}, "HEAD")).headers;
    const pieces: Buffer[] = [];
    let at = 0;
    for (let step = 4_096; at < image.length; step = (step * 3) % 70_001) {
      const end = Math.min(at + step, image.length - 1);
      const { status, headers, body } = await ask(url, { range: `bytes=${at}-${end}`, "if-range": etag });
      expect([status, headers["content-range"], headers["content-length"]]).toEqual([206, `bytes ${at}-${end}/${image.length}`, String(body.length)]);
      pieces.push(body);
      at += body.length;
    }
    expect(Buffer.concat(pieces).equals(image)).toBe(true);
    const rest = await ask(url, { range: `bytes=${image.length - 7}-` });
    expect([rest.status, rest.body.equals(image.subarray(-7))]).toEqual([206, true]);
  });

  it("comes whole when what was begun is another file, and not at all when it is there already", async () => {
    for (const other of ['"another"', 'W/"weak"', "Mon, 01 Jan 2028 00:00:00 GMT"]) {
      const { status, body } = await ask(url, { range: "bytes=5-9", "if-range": other });
      expect([status, body.length]).toEqual([200, image.length]);
    }
    const { etag = "" } = (await ask(url, {}, "HEAD")).headers;
    expect(await ask(url, { "if-none-match": etag })).toMatchObject({ status: 304 });
  });

  it("has nothing behind its end", async () => {
    const { status, headers, body } = await ask(url, { range: `bytes=${image.length}-` });
    expect([status, headers["content-range"], body.length]).toEqual([416, `bytes */${image.length}`, 0]);
  });

  it.each<[string, (address: URL) => void]>([
    ["without a signature", (address) => address.searchParams.delete("signature")],
    ["with another's signature", (address) => address.searchParams.set("signature", "A".repeat(43))],
    ["for another machine", (address) => address.searchParams.set("machine", "mch_00000000000000000000000000")],
    ["for another job", (address) => address.searchParams.set("job", `${rolloutId}-1`)],
    ["with a later end", (address) => address.searchParams.set("expires", String(Number(address.searchParams.get("expires")) + 1))],
    ["with no end", (address) => address.searchParams.set("expires", "never")],
    ["of another firmware", (address) => (address.pathname = address.pathname.slice(0, -1) + (address.pathname.endsWith("0") ? "1" : "0"))],
    ["with nothing behind it", (address) => (address.search = "")],
  ])("is refused %s", async (_what, change) => {
    const { status, body } = await ask(changed(change));
    expect(status).toBe(403);
    expect(JSON.parse(body.toString())).toMatchObject({ error: { code: "FORBIDDEN", reason: "signature" } });
  });

  it("is refused to other methods", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) expect(await ask(url, {}, method)).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  });

  it("is good for an hour, and until its job is over", async () => {
    rt.clock.advance(59 * 60_000 + 59_000);
    expect((await ask(url)).status).toBe(200);
    rt.clock.advance(1_000);
    expect(JSON.parse((await ask(url)).body.toString())).toMatchObject({ error: { code: "FORBIDDEN", reason: "expired" } });
    await runRollouts(rt);
    rt.clock.advance(60_000);
    url = await offered();
    expect((await ask(url)).status).toBe(200);
    await abortRollout(rt, ground.admin, rolloutId);
    expect(JSON.parse((await ask(url)).body.toString())).toMatchObject({ error: { code: "FORBIDDEN", reason: "job" } });
  });
});

it.each([
  [undefined, "whole"],
  ["bytes=0-0", { start: 0, end: 0 }],
  ["bytes=2-", { start: 2, end: 9 }],
  ["bytes=2-100", { start: 2, end: 9 }],
  ["bytes=-3", { start: 7, end: 9 }],
  ["bytes=-30", { start: 0, end: 9 }],
  ["BYTES = 1-2", { start: 1, end: 2 }],
  ["bytes=10-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=5-4", "whole"],
  ["bytes=-", "whole"],
  ["bytes=0-1,3-4", "whole"],
  ["lines=0-1", "whole"],
  ["bytes=a-b", "whole"],
  ["bytes=0x1-2", "whole"],
  ["bytes=99999999999999999999-", "whole"],
])("a Range of %j is %j of ten bytes", (header, range) => {
  expect(readRange(header, 10)).toEqual(range);
});
