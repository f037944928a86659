import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hostCreateInput, hostTestInput, hostUpdateInput } from "#shared/compute/hosts.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { FAKE_TOKEN, FAKE_USER } from "../drivers/proxmox/testing/fake-access.ts";
import { FIRST_CERTIFICATE, OTHER_CERTIFICATE } from "../drivers/proxmox/testing/fake-certificates.ts";
import { type FakeProxmox, startFakeProxmox } from "../drivers/proxmox/testing/fake-proxmox.ts";
import { blankVm } from "../drivers/proxmox/testing/fake-state.ts";
import { sweepHosts } from "../host-sweep.ts";
import { adoptFinding } from "./adopt.ts";
import { listFindings } from "./findings.ts";
import { pollHosts } from "./host-poll.ts";
import { getHost } from "./hosts.ts";
import { createHost, testHost, testStoredHost, updateHost } from "./save-host.ts";

let rt: TestRuntime;
let admin: Person;
let fake: FakeProxmox;
let names = 0;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  await rt.db.prisma.host.deleteMany();
  admin = await makePerson(rt, { platformRole: "admin" });
  fake = await startFakeProxmox();
});
afterAll(async () => {
  await fake.close();
  await rt.close();
});
beforeEach(() => {
  fake.showCertificate(FIRST_CERTIFICATE);
  fake.requests.length = 0;
});

const connection = () => ({ type: "proxmox", apiUrl: fake.origin, node: "pve1", token: `${FAKE_TOKEN.tokenId}=${FAKE_TOKEN.tokenSecret}`, settings: { storage: "local-lvm", bridge: "vmbr0" } });
const confirmed = () => ({ ...connection(), tlsFingerprint: fake.fingerprint() });
const test = (input: Record<string, unknown>) => testHost(rt, hostTestInput.parse(input));
const create = (input: Record<string, unknown>) => createHost(rt, admin.actor, hostCreateInput.parse({ name: `pve-${(names += 1)}`, location: "kr-seoul", ...input }));

describe("connecting a Proxmox host", () => {
  it("a certificate that nobody vouches for is shown, and nothing is sent to it", async () => {
    const seen = await test(connection());
    expect(seen).toMatchObject({ ok: false, host: null, certificate: { fingerprint: fake.fingerprint(), subject: "pve1.test, Switchyard tests only", trusted: "no" } });
    expect(fake.requests).toEqual([]);
    await expect(create(connection())).rejects.toMatchObject({ code: "INVALID_REQUEST", message: expect.stringContaining("compare its fingerprint") as string });
    expect(fake.requests).toEqual([]);
  });

  it("with the fingerprint that was compared it answers what it is; so it does with its authority", async () => {
    expect(await test(confirmed())).toMatchObject({ ok: true, error: null, certificate: { trusted: "fingerprint" }, host: { version: expect.stringContaining("9.0.3") as string, hypervisor: "kvm", vcpu: 16, memoryMb: 65_536, storageGb: 500 } });
    expect(await test({ ...connection(), settings: { ...connection().settings, caCertificate: FIRST_CERTIFICATE.cert } })).toMatchObject({ ok: true, certificate: { trusted: "authority" } });
    expect(await test({ ...confirmed(), token: undefined, username: FAKE_USER.username, password: FAKE_USER.password })).toMatchObject({ ok: true });
  });

  it("wrong credentials, a wrong node and a wrong storage are refused in the host's words, and not saved", async () => {
    const before = await rt.db.prisma.host.count();
    for (const wrong of [{ token: `${FAKE_TOKEN.tokenId}=wrong-secret` }, { node: "pve7" }, { settings: { storage: "nowhere", bridge: "vmbr0" } }]) {
      const result = await test({ ...confirmed(), ...wrong });
      expect(result, JSON.stringify(wrong)).toMatchObject({ ok: false, host: null });
      expect(result.error?.length).toBeGreaterThan(10);
      expect(result.error).not.toContain("wrong-secret");
      await expect(create({ ...confirmed(), ...wrong })).rejects.toMatchObject({ code: expect.stringMatching(/INVALID_REQUEST|HYPERVISOR_ERROR/) as string });
    }
    expect(await rt.db.prisma.host.count()).toBe(before);
  });

  it("a host that answers HTML is not taken for one", async () => {
    fake.faults.add({ kind: "html", method: "GET", path: /^\/version/, times: 10 });
    expect(await test(confirmed())).toMatchObject({ ok: false, host: null });
    fake.faults.clear();
  });
});

describe("a connected Proxmox host", () => {
  it("keeps its credentials when something else changes, and loses nothing when a change is refused", async () => {
    const made = await create(confirmed());
    expect(made).toMatchObject({ health: "healthy", credentials: { kind: "token", username: FAKE_TOKEN.tokenId }, capacity: { vcpu: { total: 16 }, storageGb: { total: 500 } } });
    await expect(updateHost(rt, admin.actor, hostUpdateInput.parse({ id: made.id, token: `${FAKE_TOKEN.tokenId}=wrong-secret` }))).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await testStoredHost(rt, made.id)).toMatchObject({ ok: true });
    rt.clock.advance(1_000);
    await updateHost(rt, admin.actor, hostUpdateInput.parse({ id: made.id, settings: { storage: "thick", bridge: "vmbr1" } }));
    expect(await testStoredHost(rt, made.id)).toMatchObject({ ok: true });
    expect((await getHost(rt, made.id)).settings).toEqual({ storage: "thick", bridge: "vmbr1" });
    await rt.db.prisma.host.delete({ where: { id: made.id } });
  });

  it("another certificate makes it unreachable until the new one is confirmed", async () => {
    const made = await create(confirmed());
    fake.showCertificate(OTHER_CERTIFICATE);
    fake.requests.length = 0;
    rt.clock.advance(30_000);
    await pollHosts(rt);
    expect(await getHost(rt, made.id)).toMatchObject({ health: "unreachable", healthMessage: expect.stringContaining("another certificate") as string });
    expect(await testStoredHost(rt, made.id)).toMatchObject({ ok: false, certificate: { fingerprint: fake.fingerprint(), trusted: "no" } });
    expect(fake.requests).toEqual([]);
    rt.clock.advance(1_000);
    expect(await updateHost(rt, admin.actor, hostUpdateInput.parse({ id: made.id, tlsFingerprint: fake.fingerprint() }))).toMatchObject({ health: "healthy", healthMessage: null });
    expect((await rt.db.prisma.event.findMany({ where: { subject: made.id }, orderBy: { seq: "asc" } })).map((event) => event.type)).toEqual(["host.unreachable", "host.healthy"]);
    await rt.db.prisma.host.delete({ where: { id: made.id } });
  });

  it("somebody's own VM is found under its number and adopted; templates are left alone", async () => {
    const made = await create(confirmed());
    fake.state.vms.set(777, blankVm(777, "pve1", { name: "pet-project", cores: "2", memory: "1024", scsi0: "local-lvm:vm-777-disk-0,size=8G" }));
    await sweepHosts(rt);
    const { data } = await listFindings(rt, { hostId: made.id, view: "open", page: 1, limit: 20 });
    expect(data).toMatchObject([{ kind: "unknown_vm", ref: "pve:777", details: { name: "pet-project", vcpu: 2, memoryMb: 1_024, power: "stopped", ours: false } }]);
    const project = await rt.db.prisma.project.create({ data: { id: "prj_00000000000000000000000001", organizationId: admin.organizationId, name: "P", createdAt: rt.clock.now() } });
    const [plan, image] = [await rt.db.prisma.plan.findFirstOrThrow(), await rt.db.prisma.image.findFirstOrThrow()];
    const { vmId } = await adoptFinding(rt, admin.actor, { id: data[0]?.id ?? "", organizationId: admin.organizationId, projectId: project.id, planId: plan.id, imageId: image.id });
    expect(await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } })).toMatchObject({ name: "pet-project", hypervisorRef: "pve:777", status: "stopped", vcpu: 2, memoryMb: 1_024 });
    expect((await rt.db.prisma.meterSpan.findMany({ where: { resourceId: vmId } })).map((span) => span.component)).toEqual(["storage"]);
    expect(fake.violations).toEqual([]);
  });
});
