import { expect, it } from "vitest";
import { EMPTY_CONNECTION, toConnection, transportOf } from "./connection-values.ts";

it("sends the fields of the kind and of the way to sign in, and none that are empty", () => {
  const proxmox = { ...EMPTY_CONNECTION, apiUrl: " https://pve.example.com ", node: "pve1", password: " spaces count ", token: "a@pve!b=c" };
  expect(toConnection(proxmox)).toEqual({ type: "proxmox", apiUrl: "https://pve.example.com", node: "pve1", token: "a@pve!b=c", tlsFingerprint: null, settings: { storage: "local-lvm", bridge: "vmbr0" } });
  expect(toConnection({ ...proxmox, login: "password" })).toMatchObject({ username: "root", realm: "pam", password: " spaces count " });
  expect(toConnection({ ...proxmox, login: "password" })).not.toHaveProperty("token");
  expect(toConnection({ ...EMPTY_CONNECTION, type: "simulated" })).toEqual({ type: "simulated" });
});

it("a libvirt address asks for the credentials of its transport", () => {
  expect(["qemu:///system", "qemu+unix:///system", "qemu+ssh://root@kvm/system", "xen+tls://kvm/"].map(transportOf)).toEqual(["local", "local", "ssh", "tls"]);
  const values = { ...EMPTY_CONNECTION, type: "libvirt" as const, sshPrivateKey: "key", knownHosts: "hosts", clientKey: "other" };
  expect(toConnection(values)).toEqual({ type: "libvirt", uri: "qemu:///system", settings: { pool: "default", network: "default" } });
  expect(toConnection({ ...values, uri: "qemu+ssh://root@kvm/system" })).toMatchObject({ sshPrivateKey: "key", knownHosts: "hosts" });
});
