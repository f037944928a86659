import { afterEach, describe, expect, it } from "vitest";
import { apiPath, encodeForm, encodeSshKeys } from "./form.ts";
import { type Bench, createBench } from "./testing/bench.ts";
import { FAKE_TOKEN, FAKE_USER } from "./testing/fake-access.ts";
import { FIRST_CERTIFICATE, OTHER_CERTIFICATE } from "./testing/fake-certificates.ts";

let bench: Bench;
afterEach(() => bench?.close());

describe("forms and paths", () => {
  it("writes booleans as 1 and 0, repeats lists, and leaves out what is not set", () => {
    expect(encodeForm({ full: true, online: false, vmid: 5, list: ["a", "b"], none: undefined })).toBe("full=1&online=0&vmid=5&list=a&list=b");
  });

  it("encodes SSH keys twice, and a space never as a plus", () => {
    const keys = encodeSshKeys(["ssh-ed25519 AAAA/+= me@here\n", "ssh-rsa BBBB"]);
    expect(keys).toBe("ssh-ed25519%20AAAA%2F%2B%3D%20me%40here%0Assh-rsa%20BBBB");
    expect(encodeForm({ sshkeys: keys })).toContain("ssh-ed25519%2520AAAA%252F");
  });

  it("lets no value lead to another path", () => {
    expect(apiPath`/nodes/${"pve1"}/storage/${"a/../b?c"}/x`).toBe("/nodes/pve1/storage/a%2F..%2Fb%3Fc/x");
    expect(() => apiPath`/nodes/${".."}/x`).toThrow(RangeError);
  });
});

describe("certificates", () => {
  it("sends nothing to a host whose certificate is another than the pinned one", async () => {
    bench = await createBench();
    const wrong = "AB:".repeat(31) + "CD";
    const error = await bench.failure(bench.connect("pve1", { tlsFingerprint: wrong }).probe(bench.call()));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain(bench.fake.fingerprint());
    expect(bench.fake.requests).toEqual([]);
  });

  it("sends nothing without a pin to a host that no authority knows", async () => {
    bench = await createBench();
    expect(await bench.failure(bench.connect("pve1", { tlsFingerprint: null }).probe(bench.call()))).toMatchObject({ failure: "refused" });
    expect(bench.fake.requests).toEqual([]);
  });

  it("trusts the authority that the settings name, and no other", async () => {
    bench = await createBench();
    const settings = (caCertificate: string): object => ({ storage: "shared", bridge: "vmbr0", caCertificate });
    const probe = await bench.connect("pve1", { tlsFingerprint: null, settings: settings(FIRST_CERTIFICATE.cert) }).probe(bench.call());
    expect(probe.tlsFingerprint).toBe(bench.fake.fingerprint());
    expect(await bench.failure(bench.connect("pve1", { tlsFingerprint: null, settings: settings(OTHER_CERTIFICATE.cert) }).probe(bench.call()))).toMatchObject({ failure: "refused" });
  });

  it("stops at once when the host shows another certificate than before", async () => {
    bench = await createBench();
    await bench.driver.probe(bench.call());
    const before = bench.fake.requests.length;
    bench.fake.showCertificate(OTHER_CERTIFICATE);
    expect(await bench.failure(bench.driver.list(bench.call()))).toMatchObject({ failure: "refused" });
    expect(bench.fake.requests).toHaveLength(before);
  });
});

describe("answers that are none", () => {
  it.each(["html", "garbage", "huge", "hang", "refuse595"] as const)("%s: what reads may be asked again, what changes something is looked at", async (kind) => {
    bench = await createBench({ requestMs: 1_500 });
    bench.fake.faults.add({ kind, method: "GET", path: /\/qemu$/ });
    expect((await bench.failure(bench.driver.list(bench.call()))).failure).toBe("unavailable");
    expect(await bench.driver.list(bench.call())).toEqual([]);
    // Every POST of the start is answered like this; the driver looks, and finds that nothing has happened.
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    bench.fake.faults.add({ kind, method: "POST", path: /status\/start$/, times: 20 });
    const error = await bench.failure(bench.driver.start(bench.ref, bench.call()));
    expect(error.retryable).toBe(true);
    expect((await bench.vm())?.running).toBe(false);
    bench.fake.faults.clear();
    await bench.driver.start(bench.ref, bench.call());
    expect((await bench.vm())?.running).toBe(true);
  });

  it("says unavailable when nobody is there", async () => {
    bench = await createBench();
    expect(await bench.failure(bench.connect("pve1", { endpoint: "https://127.0.0.1:9" }).probe(bench.call()))).toMatchObject({ failure: "unavailable" });
  });

  it("ends with the call", async () => {
    bench = await createBench();
    bench.fake.faults.add({ kind: "hang", method: "GET", path: /\/qemu$/ });
    const abort = new AbortController();
    const listing = bench.driver.list(bench.call("k", abort.signal));
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await expect(listing).rejects.toThrow("enough");
  });
});

describe("logging in", () => {
  const byPassword = { credentials: FAKE_USER };

  it("says what is wrong with a token, and never what the token is", async () => {
    bench = await createBench();
    const tokenSecret = "0badc0de-0000-4000-8000-000000000000";
    const error = await bench.failure(bench.connect("pve1", { credentials: { ...FAKE_TOKEN, tokenSecret } }).probe(bench.call()));
    expect(error).toMatchObject({ failure: "refused" });
    expect(`${error.message}${error.stack}`).not.toContain(tokenSecret);
  });

  it("works with user and password: the ticket in a cookie, the other token with each change", async () => {
    bench = await createBench({ host: byPassword });
    await bench.running();
    expect((await bench.vm())?.running).toBe(true);
    expect(bench.fake.access.logIns).toEqual(["password"]);
  });

  it("renews the ticket by the ticket after an hour, and by the password when it has ended", async () => {
    let minutes = 0;
    bench = await createBench({ host: byPassword, now: () => new Date(minutes * 60_000) });
    await bench.driver.list(bench.call());
    minutes = 59;
    await bench.driver.list(bench.call());
    expect(bench.fake.access.logIns).toEqual(["password"]);
    minutes = 61;
    await Promise.all([bench.driver.list(bench.call()), bench.driver.list(bench.call())]);
    expect(bench.fake.access.logIns).toEqual(["password", "ticket"]);
    minutes = 61 + 120;
    await bench.driver.list(bench.call());
    expect(bench.fake.access.logIns).toEqual(["password", "ticket", "password"]);
  });

  it("logs in anew when its ticket ends in the middle of a creation", async () => {
    bench = await createBench({ host: byPassword, pace: { clone: 200 } });
    const creating = bench.driver.create(bench.ref, bench.hardware, bench.call());
    while (!(await bench.vm())) await new Promise((done) => setTimeout(done, 5));
    bench.fake.access.tickets.clear();
    await creating;
    expect(bench.fake.access.logIns).toEqual(["password", "password"]);
    expect(bench.fake.state.vms.size).toBe(2);
  });

  it("gives up when the password is wrong, after asking once", async () => {
    bench = await createBench({ host: { credentials: { ...FAKE_USER, password: "wrong password here" } } });
    const error = await bench.failure(bench.driver.list(bench.call()));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).not.toContain("wrong password here");
    expect(bench.asked("POST", /ticket/)).toHaveLength(1);
  });

  it("says that a second factor needs a token", async () => {
    bench = await createBench({ host: byPassword });
    Object.assign(bench.fake.access.users.get("root@pam") ?? {}, { secondFactor: true });
    expect((await bench.failure(bench.driver.list(bench.call()))).message).toContain("API token");
  });

  it("keeps passwords, hashes and tokens out of its log and its errors", async () => {
    bench = await createBench({ host: byPassword });
    await bench.running();
    await bench.driver.setPassword(bench.ref, { user: "debian", passwordHash: bench.guest.passwordHash }, bench.call()).catch(() => {});
    const text = bench.logged.join("\n");
    expect(text).toContain("proxmox");
    for (const secret of [FAKE_USER.password, bench.guest.passwordHash, ...bench.fake.access.tickets.keys()]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(encodeURIComponent(secret));
    }
  });
});

it("uses connections again, and survives the host closing idle ones", async () => {
  bench = await createBench();
  for (let round = 0; round < 5; round += 1) await bench.driver.list(bench.call());
  expect(bench.fake.connections().ever).toBe(1);
  for (let round = 0; round < 20; round += 1) {
    bench.fake.closeIdle();
    await bench.driver.list(bench.call());
  }
});
