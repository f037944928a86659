import { afterEach, describe, expect, it } from "vitest";
import { proxmoxPlace } from "./proxmox-settings.ts";
import { missingPrivileges, neededPrivileges } from "./privileges.ts";
import { type Bench, createBench } from "./testing/bench.ts";
import { ALL_PRIVILEGES, FAKE_TOKEN, type Privileges } from "./testing/fake-access.ts";
import { GIB, storageOf } from "./testing/fake-state.ts";

let bench: Bench;
afterEach(() => bench?.close());

const allow = (privileges: Privileges): void => void Object.assign(bench.fake.access.tokens.get(FAKE_TOKEN.tokenId) ?? {}, { privileges });

describe("connecting a host", () => {
  it("says what it has, and finds nothing wrong with one that is set up rightly", async () => {
    bench = await createBench();
    expect(await bench.driver.probe(bench.call())).toEqual({
      version: "Proxmox VE 9.0.3",
      hypervisor: "kvm",
      vcpu: 16,
      memoryMb: 65_536,
      memoryFreeMb: 49_152,
      storageGb: 800,
      storageFreeGb: 798,
      storages: [
        { name: "local-lvm", isDefault: false, totalGb: 500, freeGb: 500 },
        { name: "thick", isDefault: false, totalGb: 500, freeGb: 500 },
        { name: "shared", isDefault: true, totalGb: 800, freeGb: 798 },
      ],
      cpuPercent: 12.5,
      tlsFingerprint: bench.fake.fingerprint(),
      warnings: [],
    });
  });

  it("names the privileges that are missing, by path", async () => {
    bench = await createBench();
    allow({ "/": ALL_PRIVILEGES.filter((name) => !["VM.Clone", "Datastore.AllocateSpace", "SDN.Use"].includes(name)) });
    expect((await bench.driver.probe(bench.call())).warnings).toEqual([
      "Missing on /vms: VM.Clone.",
      "Missing on /storage/shared: Datastore.AllocateSpace.",
      "Missing on /storage/backups: Datastore.AllocateSpace.",
      "Missing on /sdn/zones/localnetwork/vmbr0: SDN.Use.",
    ]);
    const error = await bench.failure(bench.driver.create(bench.ref, bench.hardware, bench.call()));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain("VM.Clone");
  });

  it("refuses a token that may do nothing, a node and a storage that are not there, with the reason", async () => {
    bench = await createBench();
    const reason = async (work: Promise<unknown>): Promise<string> => {
      const error = await bench.failure(work);
      expect(error.failure).toBe("refused");
      return error.message;
    };
    expect(await reason(bench.connect("pve7").probe(bench.call()))).toContain("it has pve1, pve2");
    expect(await reason(bench.connect("pve1", { settings: { storage: "nothere", bridge: "vmbr0" } }).probe(bench.call()))).toContain("no storage nothere");
    allow({});
    expect(await reason(bench.driver.probe(bench.call()))).toContain("permissions of its own");
  });

  it("says unavailable for a node that is off", async () => {
    bench = await createBench();
    Object.assign(bench.fake.state.nodes.get("pve2") ?? {}, { online: false });
    expect(await bench.failure(bench.connect("pve2").probe(bench.call()))).toMatchObject({ failure: "unavailable" });
    expect(await bench.failure(bench.connect("pve2").list(bench.call()))).toMatchObject({ failure: "unavailable" });
  });

  it("warns of a full storage, one for other things, a bridge that is not there, and a certificate that ends", async () => {
    bench = await createBench({ now: () => new Date("2126-10-20T00:00:00Z") });
    storageOf(bench.fake.state, "pve1", "shared").volumes.set("shared:backup", 760 * GIB);
    const settings = { storage: "shared", bridge: "vmbr9", isoStorage: "thick" };
    const { warnings } = await bench.connect("pve1", { settings }).probe(bench.call());
    expect(warnings).toEqual([
      "Storage shared is 95 % full.",
      "Storage thick does not take iso, only images.",
      "No storage for backups is set: VMs of this host have none.",
      "Bridge vmbr9 is not there, or not shown to us.",
      expect.stringMatching(/^The certificate ends in \d+ days; the new one's fingerprint has to be confirmed here\.$/),
    ]);
  });

  it("reads no row of a host that lacks what Proxmox needs, and repeats no secret", () => {
    const row = { id: "h", name: "pve", vcpu: 1, memoryMb: 1, storageGb: 1, endpoint: "https://pve:8006", node: "pve1", credentials: FAKE_TOKEN as unknown, tlsFingerprint: null, settings: { storage: "a1", bridge: "vmbr0" } as unknown };
    expect(proxmoxPlace(row)).toMatchObject({ origin: "https://pve:8006", vmids: { from: 10_000 } });
    const wrong = [{ endpoint: "http://pve:8006" }, { endpoint: null }, { node: null }, { credentials: { tokenId: "no", tokenSecret: FAKE_TOKEN.tokenSecret } }, { settings: { storage: "../x", bridge: "vmbr0" } }];
    for (const over of wrong) {
      expect(() => proxmoxPlace({ ...row, ...over })).toThrow(/host pve: /);
      expect(() => proxmoxPlace({ ...row, ...over })).not.toThrow(FAKE_TOKEN.tokenSecret);
    }
  });
});

describe("privileges", () => {
  const settings = { storage: "fast", bridge: "vmbr0" };

  it("differ by version", () => {
    const agent = (major: number) => [...(neededPrivileges(major, "pve1", settings).get("/vms") ?? [])].filter((name) => /Monitor|Agent/.test(name));
    expect([agent(7), agent(8), agent(9)]).toEqual([["VM.Monitor"], ["VM.Monitor"], ["VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted"]]);
    expect([7, 8].map((major) => [...neededPrivileges(major, "pve1", settings).keys()].some((path) => path.startsWith("/sdn")))).toEqual([false, true]);
  });

  it("are more where images and backups are put, each once for a storage", () => {
    const on = (more: object) => Object.fromEntries(neededPrivileges(9, "pve1", { ...settings, ...more }));
    expect(on({})["/vms"]).not.toContain("VM.Backup");
    expect(on({ backupStorage: "vault" })).toMatchObject({ "/vms": expect.arrayContaining(["VM.Backup"]), "/storage/vault": ["Datastore.AllocateSpace", "Datastore.Audit"] });
    expect(on({ isoStorage: "fast", backupStorage: "fast" })["/storage/fast"]).toEqual(["Datastore.AllocateSpace", "Datastore.Audit", "Datastore.AllocateTemplate", "Datastore.Allocate"]);
  });

  it("come from above only where they propagate, and what stands on a path replaces them", () => {
    const needed = new Map([["/storage/fast", ["Datastore.Audit"]]]);
    const missing = (tree: Record<string, Record<string, boolean>>) => [...missingPrivileges(tree, needed).keys()];
    expect(missing({ "/": { "Datastore.Audit": true } })).toEqual([]);
    expect(missing({ "/": { "Datastore.Audit": false } })).toEqual(["/storage/fast"]);
    expect(missing({ "/": { "Datastore.Audit": true }, "/storage": { "Sys.Audit": true } })).toEqual(["/storage/fast"]);
    expect(missing({ "/": {}, "/storage/fast": { "Datastore.Audit": false } })).toEqual([]);
  });
});
