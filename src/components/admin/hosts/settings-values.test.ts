import { expect, it } from "vitest";
import { hostSettings } from "#shared/compute/hosts.ts";
import { advancedAmiss, hasAdvanced, settingsOf, toSettings, USUAL_SETTINGS } from "./settings-values.ts";

const PROXMOX = { storage: "local-lvm", bridge: "vmbr0", isoStorage: "local", backupStorage: "pbs", vmidFrom: 500, vmidTo: 900, caCertificate: "-----BEGIN CERTIFICATE-----" };
const LIBVIRT = { pool: "default", network: "default", backupPool: "copies", domainType: "qemu", cpuModel: "Skylake-Server", openvswitch: true, sharedStorage: true, migrationUri: "qemu+tls://kvm1/system", migrationAddress: "tcp://10.0.0.2" } as const;

it("has a field for every setting that the API takes, and gives each back as it was", () => {
  expect(Object.keys({ ...PROXMOX, ...LIBVIRT }).sort()).toEqual(Object.keys(hostSettings.shape).sort());
  expect(Object.keys(USUAL_SETTINGS).sort()).toEqual(Object.keys(hostSettings.shape).sort());
  expect(toSettings("proxmox", settingsOf(PROXMOX))).toEqual(PROXMOX);
  expect(toSettings("libvirt", settingsOf(LIBVIRT))).toEqual(LIBVIRT);
});

it("sends those of the kind alone, and none that was emptied or switched off", () => {
  const all = settingsOf({ ...PROXMOX, ...LIBVIRT });
  expect(toSettings("proxmox", all)).toEqual(PROXMOX);
  expect(toSettings("simulated", all)).toEqual({});
  expect(toSettings("libvirt", { ...all, backupPool: " ", domainType: "", openvswitch: false, pool: " fast " })).toEqual({ pool: "fast", network: "default", cpuModel: "Skylake-Server", sharedStorage: true, migrationUri: LIBVIRT.migrationUri, migrationAddress: LIBVIRT.migrationAddress });
});

it("those for few are shown when they are set or amiss", () => {
  expect(hasAdvanced("proxmox", USUAL_SETTINGS)).toBe(false);
  expect(hasAdvanced("libvirt", USUAL_SETTINGS)).toBe(false);
  expect(hasAdvanced("proxmox", { ...USUAL_SETTINGS, vmidFrom: 500 })).toBe(true);
  expect(hasAdvanced("libvirt", { ...USUAL_SETTINGS, sharedStorage: true })).toBe(true);
  expect(hasAdvanced("libvirt", { ...USUAL_SETTINGS, vmidFrom: 500 })).toBe(false);
  expect([advancedAmiss("proxmox", { "settings.vmidTo": "too small" }), advancedAmiss("proxmox", { "settings.storage": "is required" })]).toEqual([true, false]);
});
