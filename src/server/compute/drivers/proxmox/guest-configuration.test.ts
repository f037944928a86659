import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "./testing/bench.ts";
import { storageOf } from "./testing/fake-state.ts";

let bench: Bench;
afterEach(() => bench?.close());

const images = (): string[] => [...storageOf(bench.fake.state, "pve1", "shared").volumes.keys()].filter((volid) => volid.includes(":iso/"));
const userData = "#cloud-config\nruncmd:\n  - echo \"$(id)\"; rm -rf `pwd`\n";

describe("Proxmox's own cloud-init", () => {
  it("is told name, user, hash, keys, addresses and name servers", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    const addresses = [{ address: "10.0.0.5", prefix: 24, gateway: "10.0.0.1" }, { address: "2001:db8::5", prefix: 64, gateway: null }];
    await bench.driver.configure(bench.ref, { ...bench.guest, addresses, nameservers: ["1.1.1.1", "2606:4700::1"] }, bench.call());
    const config = (await bench.vm())?.config ?? {};
    expect(config).toMatchObject({
      name: "web-1",
      ciuser: "debian",
      cipassword: bench.guest.passwordHash,
      ipconfig0: "ip=10.0.0.5/24,gw=10.0.0.1,ip6=2001:db8::5/64",
      nameserver: "1.1.1.1 2606:4700::1",
      ide2: expect.stringContaining("cloudinit"),
    });
    expect(decodeURIComponent(config.sshkeys ?? "")).toBe(bench.guest.sshKeys[0]);
    await bench.driver.configure(bench.ref, { ...bench.guest, sshKeys: [] }, bench.call());
    expect((await bench.vm())?.config).toMatchObject({ ipconfig0: "ip=dhcp,ip6=auto" });
    expect((await bench.vm())?.config).not.toHaveProperty("sshkeys");
    expect((await bench.vm())?.config).not.toHaveProperty("nameserver");
  });

  it("gets a drive where the template has none", async () => {
    bench = await createBench();
    delete bench.fake.state.vms.get(9_000)?.config.ide2;
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    await bench.driver.configure(bench.ref, bench.guest, bench.call());
    expect((await bench.vm())?.config.ide2).toMatch(/^shared:vm-\d+-cloudinit,media=cdrom/);
  });

  it("is told that an address is known, until the guest's agent says which", async () => {
    bench = await createBench({ pace: { boot: 60_000 } });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    await bench.driver.configure(bench.ref, { ...bench.guest, addresses: [{ address: "10.0.0.5", prefix: 24, gateway: null }] }, bench.call());
    await bench.driver.start(bench.ref, bench.call());
    expect(await bench.driver.inspect(bench.ref, bench.call())).toMatchObject({ privateIp: "10.0.0.5" });
    await bench.driver.configure(bench.ref, bench.guest, bench.call());
    expect(await bench.driver.inspect(bench.ref, bench.call())).toMatchObject({ privateIp: null });
  });

  it.each(["web 1", "web;reboot", "$(reboot)", "-web", "a".repeat(64)])("refuses the host name %j", async (hostname) => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    expect(await bench.failure(bench.driver.configure(bench.ref, { ...bench.guest, hostname }, bench.call()))).toMatchObject({ failure: "refused" });
    expect(bench.asked("POST", /config$/).filter((params) => params.name === hostname)).toEqual([]);
  });
});

describe("a customer's own user data", () => {
  it("goes to the guest on a disc of its own, in place of Proxmox's, and leaves with the VM", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    await bench.driver.configure(bench.ref, bench.guest, bench.call());
    await bench.driver.configure(bench.ref, { ...bench.guest, userData }, bench.call());
    await bench.connect().configure(bench.ref, { ...bench.guest, userData }, bench.call());
    const config = (await bench.vm())?.config ?? {};
    expect(images()).toHaveLength(1);
    expect(config.ide2).toBe(`${images()[0]},media=cdrom`);
    expect(config.name).toBe("web-1");
    for (const key of ["ciuser", "cipassword", "sshkeys", "ipconfig0"]) expect(config).not.toHaveProperty(key);
    expect([...storageOf(bench.fake.state, "pve1", "shared").volumes.keys()].filter((volid) => volid.endsWith("-cloudinit"))).toEqual([]);
    await bench.driver.start(bench.ref, bench.call());
    await bench.driver.destroy(bench.ref, bench.call());
    expect(images()).toEqual([]);
  });

  it("is replaced by another, and by none", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    await bench.driver.configure(bench.ref, { ...bench.guest, userData }, bench.call());
    const [first] = images();
    await bench.driver.configure(bench.ref, { ...bench.guest, userData: "#!/bin/sh\ntrue\n" }, bench.call());
    expect(images()).toHaveLength(1);
    expect(images()[0]).not.toBe(first);
    await bench.driver.configure(bench.ref, bench.guest, bench.call());
    expect(images()).toEqual([]);
    expect((await bench.vm())?.config).toMatchObject({ ciuser: "debian", ide2: expect.stringContaining("cloudinit") });
  });

  it("leaves no disc behind when the process is killed after the VM has gone", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    await bench.driver.configure(bench.ref, { ...bench.guest, userData }, bench.call());
    bench.fake.state.vms.delete((await bench.vm())?.vmid ?? 0);
    await bench.connect().destroy(bench.ref, bench.call());
    expect(images()).toEqual([]);
  });

  it("is refused with a sentence where the host has no storage for it", async () => {
    bench = await createBench({ host: { settings: { storage: "shared", bridge: "vmbr0" } } });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    const error = await bench.failure(bench.driver.configure(bench.ref, { ...bench.guest, userData }, bench.call()));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain("storage for ISO images");
  });

  it("carries more addresses than Proxmox's own has room for", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    const addresses = ["10.0.0.5", "10.0.0.6"].map((address) => ({ address, prefix: 24, gateway: null }));
    await bench.driver.configure(bench.ref, { ...bench.guest, addresses }, bench.call());
    expect(images()).toHaveLength(1);
  });
});

describe("the guest's agent", () => {
  it("takes a hash as a hash, and its refusals are sentences", async () => {
    bench = await createBench();
    const vm = await bench.running();
    const login = { user: "debian", passwordHash: bench.guest.passwordHash };
    while ((await bench.driver.inspect(bench.ref, bench.call()))?.privateIp === null) await new Promise((done) => setTimeout(done, 5));
    await bench.driver.setPassword(bench.ref, login, bench.call());
    expect(vm.passwords.get("debian")).toEqual({ value: login.passwordHash, crypted: true });
    vm.config.agent = "0";
    const error = await bench.failure(bench.driver.setPassword(bench.ref, login, bench.call()));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain("No QEMU guest agent configured");
    expect(error.message).not.toContain(login.passwordHash);
  });
});
