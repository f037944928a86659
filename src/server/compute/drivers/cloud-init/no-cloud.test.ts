import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GuestConfiguration } from "../driver.ts";
import { isoImage } from "./iso9660.ts";
import { noCloudFiles, noCloudIso } from "./no-cloud.ts";

const GUEST: GuestConfiguration = { hostname: "web-1", user: "debian", passwordHash: "$6$salt$hash", sshKeys: ["ssh-ed25519 AAAA test"], addresses: [], nameservers: [], userData: null };

/** Reads a disc by its Joliet names, as the standard describes it and not as the writer writes it. */
function readDisc(disc: Buffer): Record<string, string> {
  let at = 16 * 2_048;
  while (disc[at] !== 2) at += 2_048;
  expect(disc.toString("latin1", at + 1, at + 6)).toBe("CD001");
  const root = disc.readUInt32LE(at + 156 + 2) * 2_048;
  const files: Record<string, string> = {};
  for (let entry = root; (disc[entry] ?? 0) > 0; entry += disc[entry] ?? 0) {
    const flags = disc[entry + 25] ?? 0;
    if ((flags & 2) !== 0) continue;
    const name = Buffer.from(disc.subarray(entry + 33, entry + 33 + (disc[entry + 32] ?? 0))).swap16().toString("utf16le");
    const start = disc.readUInt32BE(entry + 6) * 2_048;
    files[name] = disc.toString("utf8", start, start + disc.readUInt32BE(entry + 14));
  }
  return files;
}

function userConfig(guest: GuestConfiguration): Record<string, unknown> {
  const text = noCloudFiles(guest, null)["user-data"];
  expect(text.startsWith("#cloud-config\n")).toBe(true);
  return JSON.parse(text.slice("#cloud-config\n".length)) as Record<string, unknown>;
}

describe("the disc", () => {
  it("has the files under their own names", () => {
    expect(readDisc(noCloudIso(GUEST))).toEqual({ "meta-data;1": noCloudFiles(GUEST, null)["meta-data"], "user-data;1": noCloudFiles(GUEST, null)["user-data"] });
  });

  it("keeps files of any length apart", () => {
    const files = [0, 1, 2_047, 2_048, 2_049, 70_000].map((length, index) => ({ name: `file-${index}`, content: Buffer.alloc(length, 65 + index) }));
    const read = readDisc(isoImage("test", files));
    for (const file of files) expect(read[`${file.name};1`]).toBe(file.content.toString());
    expect(() => isoImage("test", Array.from({ length: 60 }, (_, index) => ({ name: `a-rather-long-name-${index}`, content: Buffer.alloc(0) })))).toThrow(RangeError);
  });

  it("is the same for the same configuration, and another for another", () => {
    expect(noCloudIso(GUEST).equals(noCloudIso({ ...GUEST }))).toBe(true);
    expect(noCloudIso(GUEST).equals(noCloudIso({ ...GUEST, hostname: "web-2" }))).toBe(false);
  });

  it.runIf(process.getuid?.() === 0 && readFileSync("/proc/filesystems", "utf8").includes("iso9660"))("is mounted by Linux", () => {
    const folder = mkdtempSync(join(tmpdir(), "switchyard-disc-"));
    mkdirSync(join(folder, "mounted"));
    writeFileSync(join(folder, "disc.iso"), noCloudIso({ ...GUEST, userData: "#!/bin/sh\ntrue\n" }));
    try {
      execFileSync("/bin/mount", ["-o", "loop,ro", "-t", "iso9660", join(folder, "disc.iso"), join(folder, "mounted")]);
      expect(readdirSync(join(folder, "mounted"))).toEqual(["meta-data", "user-data"]);
      expect(readFileSync(join(folder, "mounted", "meta-data"), "utf8")).toContain('local-hostname: "web-1"');
    } finally {
      try {
        execFileSync("/bin/umount", [join(folder, "mounted")], { stdio: "ignore" });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  });
});

describe("user data", () => {
  it("names the user, the hash of the password and the keys", () => {
    expect(userConfig(GUEST)).toMatchObject({ hostname: "web-1", user: "debian", password: "$6$salt$hash", chpasswd: { expire: false }, ssh_pwauth: false, ssh_authorized_keys: ["ssh-ed25519 AAAA test"] });
    expect(userConfig({ ...GUEST, sshKeys: [] })).toMatchObject({ ssh_pwauth: true });
    expect(userConfig({ ...GUEST, user: "root" })).toMatchObject({ disable_root: false });
  });

  it("takes what could break out of YAML as text", () => {
    const hostname = 'web"\nusers: [evil]\n#';
    expect(userConfig({ ...GUEST, hostname })).toMatchObject({ hostname });
    expect(noCloudFiles({ ...GUEST, hostname }, null)["meta-data"].split("\n")).toHaveLength(3);
  });

  it("has the customer's beside ours, whatever is in it", () => {
    const customers = "#!/bin/sh\necho '--==' 한국어 $HOME\n";
    const parts = partsOf(noCloudFiles({ ...GUEST, userData: customers }, null)["user-data"]);
    expect(parts).toHaveLength(2);
    expect(parts[0]?.text).toBe(customers);
    expect(parts[0]?.headers).toContain("text/plain");
    expect(parts[1]?.headers).toContain("text/cloud-config");
    expect(parts[1]?.text).toContain('"password": "$6$salt$hash"');
  });

  it("takes a customer's multipart as it is", () => {
    const customers = 'Content-Type: multipart/mixed; boundary="X"\nMIME-Version: 1.0\n\n--X\nContent-Type: text/x-shellscript\n\n#!/bin/sh\n--X--\n';
    expect(noCloudFiles({ ...GUEST, userData: customers }, null)["user-data"]).toContain(`==\n${customers.trimEnd()}\n`);
  });
});

function partsOf(message: string): { headers: string; text: string }[] {
  const boundary = /boundary="(.+?)"/.exec(message)?.[1] ?? "";
  return message
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const [headers = "", body = ""] = part.trim().split("\n\n");
      return { headers, text: Buffer.from(body, "base64").toString() };
    });
}

describe("network", () => {
  it("leaves a guest without addresses to DHCP", () => {
    expect(noCloudFiles(GUEST, null)["network-config"]).toBeNull();
  });

  it("gives addresses of both families, gateways and name servers to the interface of the MAC address", () => {
    const addresses = [
      { address: "192.0.2.10", prefix: 24, gateway: "192.0.2.1" },
      { address: "2001:db8::10", prefix: 64, gateway: "fe80::1" },
    ];
    const config: unknown = JSON.parse(noCloudFiles({ ...GUEST, addresses, nameservers: ["192.0.2.53"] }, "52:54:00:00:00:01")["network-config"] ?? "");
    expect(config).toEqual({
      version: 2,
      ethernets: {
        eth0: {
          match: { macaddress: "52:54:00:00:00:01" },
          "set-name": "eth0",
          dhcp4: false,
          dhcp6: false,
          addresses: ["192.0.2.10/24", "2001:db8::10/64"],
          routes: [
            { to: "0.0.0.0/0", via: "192.0.2.1" },
            { to: "::/0", via: "fe80::1", "on-link": true },
          ],
          nameservers: { addresses: ["192.0.2.53"] },
        },
      },
    });
  });
});
