import { describe, expect, it } from "vitest";
import { factsFrom } from "./host-facts.ts";
import { addressIn } from "./inspection.ts";
import { libvirtEndpointSchema, libvirtSettingsSchema } from "./libvirt-settings.ts";
import { describe as describeDomain, domainNames, jobOf, readDomain, statusOf } from "./machine.ts";
import { mebibytes, progressOf } from "./migration-live.ts";
import { parseStats, usageBetween } from "./usage.ts";
import { virshError } from "./virsh-errors.ts";
import { bareNotes, NO_NOTES, readNotes, withNotes } from "./vm-notes.ts";
import { parseXml, writeXml, xml } from "./xml.ts";

/** What libvirt prints, and what it means. */
describe("errors", () => {
  it.each([
    ["error: failed to get domain 'x'\nerror: Domain not found: no domain with matching name 'x'", "not_found"],
    ["error: failed to connect to the hypervisor\nerror: unable to connect to server at 'h:16514': Connection refused", "unavailable"],
    ["error: failed to connect to the hypervisor\nerror: Cannot recv data: Host key verification failed.: Connection reset by peer", "refused"],
    ["error: failed to connect to the hypervisor\nerror: Cannot recv data: root@h: Permission denied (publickey).: Connection reset by peer", "refused"],
    ["error: failed to connect to the hypervisor\nerror: authentication failed: access denied by policy", "refused"],
    ["error: Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchDomainCreate)", "unavailable"],
    ["error: internal error: volume 'a' is still being allocated.", "unavailable"],
    ["error: Failed to start domain 'x'\nerror: internal error: No space left on device", "refused"],
  ])("%s is %s", (text, failure) => {
    expect(virshError(text, true).failure).toBe(failure);
    expect(virshError(text, true).message).not.toMatch(/^error:|\n|internal error/);
  });

  it("leaves the outcome open when the connection is lost while something changes", () => {
    const text = "error: Disconnected from qemu:///system due to end of file\nerror: End of file while reading data: Input/output error";
    expect(virshError(text, true).failure).toBe("unknown");
    expect(virshError(text, false).failure).toBe("unavailable");
  });
});

describe("settings", () => {
  it.each(["qemu:///system", "qemu+ssh://root@host.example.com:2222/system", "qemu+tls://host/system", "qemu+unix:///system?socket=/run/x", "xen:///system", "esx://h/?transport=https"])("takes %s", (uri) => {
    expect(libvirtEndpointSchema.safeParse(uri).success).toBe(true);
  });

  it.each(["", "http://host", "qemu+ext://host/system", "qemu+ssh://host/system?command=/bin/evil", "qemu+ssh://host/system?keyfile=/etc/shadow", "qemu+tls://h/system?no_verify=1", "qemu+ssh://-oProxyCommand=evil/system", "qemu+ssh://-l@host/system", "qemu:///sys tem", "qemu+ssh://h/system?netcat=sh"])("refuses %s", (uri) => {
    expect(libvirtEndpointSchema.safeParse(uri).success).toBe(false);
  });

  it("refuses names that a command could take for something else", () => {
    expect(libvirtSettingsSchema.parse({})).toMatchObject({ pool: "default", network: "default", domainType: null });
    for (const pool of ["-x", "a b", "a;b", "../etc", ""]) expect(libvirtSettingsSchema.safeParse({ pool }).success, pool).toBe(false);
  });
});

describe("domains", () => {
  it.each([
    ["running (booted)", { power: "running", busy: null }],
    ["running (migrated)", { power: "running", busy: null }],
    ["paused (user)", { power: "suspended", busy: null }],
    ["paused (migrating)", { power: "suspended", busy: "migrate" }],
    ["pmsuspended (unknown)", { power: "suspended", busy: null }],
    ["in shutdown (user)", { power: "running", busy: "stop" }],
    ["shut off (destroyed)", { power: "stopped", busy: null }],
    ["crashed (panicked)", { power: "stopped", busy: null }],
  ])("%s", (text, expected) => {
    expect(statusOf(`${text}\n`)).toMatchObject(expected);
  });

  it("reads names with spaces, and names that look like other things", () => {
    const list = " 5c4f4a5e-0000-4000-8000-000000000001 web 1   \n 5c4f4a5e-0000-4000-8000-000000000002 7\n";
    expect(domainNames(list)).toEqual([
      { uuid: "5c4f4a5e-0000-4000-8000-000000000001", name: "web 1" },
      { uuid: "5c4f4a5e-0000-4000-8000-000000000002", name: "7" },
    ]);
  });

  it("takes what is no description for no answer", () => {
    expect(readDomain("\n")).toBeNull();
    for (const text of ["<html></html>", "garbage", "<domain>"]) expect(() => readDomain(text)).toThrow(expect.objectContaining({ failure: "unavailable" }));
  });

  it("says what others' domains have", () => {
    const [domain] = parseXml("<domain><name>pet</name><memory unit='GiB'>4</memory><currentMemory unit='KiB'>1048576</currentMemory><vcpu current='2'>8</vcpu><devices><interface><mac address='52:54:00:AA:00:01'/></interface></devices></domain>");
    expect(domain && describeDomain(domain)).toEqual({ name: "pet", mac: "52:54:00:aa:00:01", vcpu: 2, memoryMb: 1_024, storageGb: null });
  });

  it("keeps notes beside those of others, as text whatever they are", () => {
    const [domain] = parseXml("<domain><metadata><other:x xmlns:other='urn:other'>kept</other:x></metadata><name>a</name></domain>");
    if (!domain) throw new Error("nothing was read");
    const notes = { ...NO_NOTES, state: "creating", image: `"><evil a='`, storageGb: 3, resetKey: "a\nb" } as const;
    const [again] = parseXml(writeXml(withNotes(withNotes(domain, NO_NOTES), notes)));
    expect(again && readNotes(again)).toEqual(notes);
    expect(again && writeXml(again).match(/kept/g)).toHaveLength(1);
    expect(writeXml(bareNotes(notes))).not.toContain("<evil");
    expect(readNotes(xml("domain"))).toBeNull();
  });

  it("knows what a host's task is", () => {
    expect(jobOf("Job type:         Unbounded   \nOperation:        Outgoing migration\n")).toBe("migrate");
    expect(jobOf("Job type:         None        \n")).toBeNull();
    expect(jobOf("")).toBeNull();
    expect(progressOf("Data processed:   1.0 GiB\n  data_processed=50\n  data_total=200\n")).toBe(25);
    expect(progressOf("")).toBeNull();
    expect([mebibytes(1), mebibytes(1_000)]).toEqual([1, 119]);
  });

  it("finds the last address of an interface", () => {
    const table = " 2026-11-22 10:00:00   52:54:00:00:00:01   ipv4   10.0.0.5/24   a   b\n 2026-11-22 11:00:00   52:54:00:00:00:01   ipv4   10.0.0.6/24   a   b\n x   52:54:00:00:00:01   ipv4   169.254.1.1/16\n x   52:54:00:00:00:02   ipv6   fe80::1/64\n";
    expect(addressIn(table, "52:54:00:00:00:01")).toBe("10.0.0.6");
    expect(addressIn(table, "52:54:00:00:00:02")).toBeNull();
    expect(addressIn(table, null)).toBeNull();
  });
});

describe("facts of a host", () => {
  const capabilities = (cpu: string, types: string): string =>
    `<capabilities><host><cpu><arch>x86_64</arch>${cpu}</cpu></host><guest><os_type>hvm</os_type><arch name='x86_64'><machine>pc</machine><machine canonical='pc-q35-7.2'>q35</machine>${types}</arch></guest></capabilities>`;
  const facts = (cpu: string, types: string, settings = {}): ReturnType<typeof factsFrom> => factsFrom(parseXml(capabilities(cpu, types))[0] ?? xml("none"), { name: "h", settings: libvirtSettingsSchema.parse(settings) });
  const both = "<domain type='qemu'/><domain type='kvm'/>";

  it("takes KVM where the processor virtualizes, else emulation, and says so", () => {
    expect(facts("<model>Skylake-Client</model><vendor>Intel</vendor><feature name='vmx'/>", both)).toEqual({ domainType: "kvm", arch: "x86_64", machine: "q35", cpuVendor: "Intel", slow: null });
    expect(facts("<model>EPYC-Milan</model><vendor>AMD</vendor>", both)).toMatchObject({ domainType: "kvm", slow: null });
    expect(facts("<model>kvm64</model><vendor>AMD</vendor>", both)).toMatchObject({ domainType: "qemu", slow: expect.stringContaining("emulated") });
    expect(facts("<model>EPYC</model>", "<domain type='qemu'/>")).toMatchObject({ domainType: "qemu", slow: expect.stringContaining("no KVM") });
  });

  it("takes what the settings say, where it is there", () => {
    expect(facts("<model>EPYC</model>", both, { domainType: "qemu" })).toMatchObject({ domainType: "qemu" });
    expect(() => facts("<model>EPYC</model>", both, { domainType: "xen" })).toThrow("has no xen");
  });
});

describe("usage", () => {
  const text = (cpu: number, received: number): string =>
    `Domain: 'sy-vm_1'\n  state.state=1\n  cpu.time=${cpu}\n  cpu.user=${cpu / 4}\n  cpu.system=${cpu / 2}\n  vcpu.0.wait=123456789\n  block.0.rd.reqs=${received / 100}\n  block.1.rd.reqs=4\n  vcpu.current=2\n  balloon.current=262144\n  balloon.available=250000\n  balloon.usable=150000\n  net.count=2\n  net.0.rx.bytes=${received}\n  net.1.rx.bytes=10\n  block.0.rd.bytes=4096\n\nDomain: 'off'\n  state.state=5\n`;
  const at = (ms: number, cpu: number, received: number): NonNullable<ReturnType<ReturnType<typeof parseStats>["get"]>> => {
    const sample = parseStats(text(cpu, received), ms).get("sy-vm_1");
    if (!sample) throw new Error("nothing was read");
    return sample;
  };

  it("is the difference of two samples", () => {
    expect(usageBetween("sy-vm_1", at(0, 0, 0), at(2_000, 2_000_000_000, 4_000))).toEqual({
      ref: "sy-vm_1",
      cpuPercent: 50,
      cpuUserPercent: 12.5,
      cpuSystemPercent: 25,
      cpuIowaitPercent: null,
      memoryUsedMb: 98,
      diskReadBps: 0,
      diskWriteBps: 0,
      networkRxBps: 2_000,
      networkTxBps: 0,
      diskReadIops: 20,
      diskWriteIops: null,
    });
    expect(parseStats(text(1, 1), 0).get("off")?.running).toBe(false);
  });

  it("says nothing of what the host does not count", () => {
    const [before, after] = [0, 1_000].map((ms) => parseStats(`Domain: 'sy-vm_1'\n  state.state=1\n  cpu.time=${ms * 1e6}\n`, ms).get("sy-vm_1"));
    expect(before && after && usageBetween("sy-vm_1", before, after)).toMatchObject({ cpuPercent: 100, cpuUserPercent: null, cpuSystemPercent: null, diskReadIops: null, diskWriteIops: null });
  });

  it("begins anew with counters that began anew, and is never over 100 %", () => {
    expect(usageBetween("sy-vm_1", at(0, 9e12, 1e9), at(1_000, 1e9, 990))).toMatchObject({ cpuPercent: 50, networkRxBps: 1_000 });
    expect(usageBetween("sy-vm_1", at(0, 0, 0), at(1, 9e12, 0)).cpuPercent).toBe(100);
  });
});
