import { describe, expect, it } from "vitest";
import { hostConnection } from "#shared/compute/hosts.ts";
import { AppError } from "#shared/errors.ts";
import { readConnection, type Stored } from "./connection.ts";

const PVE = { type: "proxmox", apiUrl: "https://pve.example.com:8006", node: "pve1", settings: { storage: "local-lvm", bridge: "vmbr0" } };
const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\r\nYWJjZA==\r\n-----END OPENSSH PRIVATE KEY-----";
const KEY_FILE = `${KEY.replaceAll("\r", "")}\n`;
const SSH = { type: "libvirt", uri: "qemu+ssh://root@kvm.example.com/system", sshPrivateKey: KEY, knownHosts: "kvm.example.com ssh-ed25519 AAAA" };

const read = (input: Record<string, unknown>, stored: Stored | null = null) => readConnection(hostConnection.parse(input), stored);
function problems(input: Record<string, unknown>, stored: Stored | null = null): string[] {
  try {
    read(input, stored);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("INVALID_REQUEST");
    return (error.extras.details ?? []).map((detail) => detail.field);
  }
  return [];
}

describe("Proxmox", () => {
  it("a user with or without a realm, or a token", () => {
    expect(read({ ...PVE, username: "root", password: "secret" }).credentials).toEqual({ username: "root", realm: "pam", password: "secret" });
    expect(read({ ...PVE, username: "automation@pve", password: "secret" }).credentials).toEqual({ username: "automation", realm: "pve", password: "secret" });
    expect(read({ ...PVE, username: "automation", realm: "pve", password: "se=cr@et" }).credentials).toEqual({ username: "automation", realm: "pve", password: "se=cr@et" });
    expect(read({ ...PVE, token: "automation@pve!switchyard=0f1e-2d3c" }).credentials).toEqual({ tokenId: "automation@pve!switchyard", tokenSecret: "0f1e-2d3c" });
    expect(problems({ ...PVE, token: "automation@pve!switchyard" })).toEqual(["token"]);
    expect(problems({ ...PVE, token: "automation@pve!switchyard=x", username: "root", password: "secret" })).toEqual(["token"]);
    expect(problems({ ...PVE, password: "secret" })).toEqual(["username"]);
    expect(problems(PVE)).toEqual(["password"]);
  });

  it("its port is 8006 unless another is written", () => {
    const login = { username: "root", password: "secret" };
    expect(read({ ...PVE, ...login, apiUrl: "https://PVE.example.com" }).endpoint).toBe("https://pve.example.com:8006");
    expect(read({ ...PVE, ...login, apiUrl: "https://pve.example.com:443/" }).endpoint).toBe("https://pve.example.com:443");
    expect(read({ ...PVE, ...login, apiUrl: "https://[2001:db8::1]" }).endpoint).toBe("https://[2001:db8::1]:8006");
    for (const apiUrl of ["http://pve.example.com:8006", "pve.example.com", "https://root:secret@pve.example.com", "https://pve.example.com:8006/api2/json", "https://pve.example.com/?x=1", ""]) {
      expect(problems({ ...PVE, ...login, apiUrl }), apiUrl).toEqual(["apiUrl"]);
    }
  });

  it("names what is missing or wrong by its field", () => {
    const login = { username: "root", password: "secret" };
    expect(problems({ ...PVE, ...login, node: "" })).toEqual(["node"]);
    expect(problems({ ...PVE, ...login, node: "../etc" })).toEqual(["node"]);
    expect(problems({ ...PVE, ...login, settings: { storage: "", bridge: "vm br0" } })).toEqual(["settings.storage", "settings.bridge"]);
    expect(hostConnection.safeParse({ ...PVE, tlsFingerprint: "AA:BB" }).success).toBe(false);
  });

  it("stored credentials stand in only for the address and the user they were entered for", () => {
    const stored = { endpoint: PVE.apiUrl, credentials: { username: "root", realm: "pam", password: "secret" } };
    expect(read(PVE, stored).credentials).toEqual(stored.credentials);
    expect(read({ ...PVE, username: "root@pam" }, stored).credentials).toEqual(stored.credentials);
    expect(read({ ...PVE, password: "new" }, stored).credentials).toEqual({ username: "root", realm: "pam", password: "new" });
    expect(problems({ ...PVE, apiUrl: "https://thief.example.com:8006" }, stored)).toEqual(["password"]);
    expect(problems({ ...PVE, apiUrl: "https://pve.example.com:8007" }, stored)).toEqual(["password"]);
    expect(problems({ ...PVE, username: "admin@pve" }, stored)).toEqual(["password"]);
    const token = { endpoint: PVE.apiUrl, credentials: { tokenId: "a@pve!b", tokenSecret: "s" } };
    expect(read(PVE, token).credentials).toEqual(token.credentials);
    expect(problems({ ...PVE, apiUrl: "https://thief.example.com:8006" }, token)).toEqual(["token"]);
  });
});

describe("libvirt", () => {
  it("this machine's needs no credentials; ssh and tls need all of theirs", () => {
    expect(read({ type: "libvirt", uri: "qemu:///system", settings: { pool: "vms" } })).toMatchObject({ endpoint: "qemu:///system", credentials: null, settings: { pool: "vms" } });
    expect(read(SSH).credentials).toEqual({ privateKey: KEY_FILE, knownHosts: "kvm.example.com ssh-ed25519 AAAA\n" });
    expect(problems({ ...SSH, sshPrivateKey: "" })).toEqual(["sshPrivateKey"]);
    expect(problems({ ...SSH, sshPrivateKey: "ssh-ed25519 AAAA" })).toEqual(["sshPrivateKey"]);
    expect(problems({ ...SSH, sshPrivateKey: "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nabc\n-----END RSA PRIVATE KEY-----" })).toEqual(["sshPrivateKey"]);
    expect(problems({ ...SSH, knownHosts: "" })).toEqual(["knownHosts"]);
    expect(problems({ type: "libvirt", uri: "qemu+tls://kvm.example.com/system" })).toEqual(["caCertificate"]);
    expect(read({ type: "libvirt", uri: SSH.uri }, { endpoint: SSH.uri, credentials: { privateKey: KEY_FILE, knownHosts: "hosts\n" } }).credentials).toEqual({ privateKey: KEY_FILE, knownHosts: "hosts\n" });
  });

  it("an address chooses no programs, files or trust of this computer, and is no option", () => {
    for (const uri of ["qemu+ssh://kvm/system?command=/bin/sh", "qemu+ssh://kvm/system?no_verify=1", "qemu+ext:///system?command=x", "qemu+ssh://-oProxyCommand=x/system", "qemu+ssh://kvm/system?keyfile=/root/.ssh/id", "--version", ""]) {
      expect(problems({ ...SSH, uri }), uri).toEqual(["uri"]);
    }
  });
});
