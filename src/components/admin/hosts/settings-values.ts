import type { HostType } from "#shared/compute/host-states.ts";
import type { HostSettings } from "./types.ts";

/** A host's settings as its form has them: text, numbers that may be missing, switches. The form has every setting that the API takes. */
export interface SettingsValues {
  storage: string;
  bridge: string;
  isoStorage: string;
  backupStorage: string;
  vmidFrom: number | "";
  vmidTo: number | "";
  caCertificate: string;
  pool: string;
  network: string;
  backupPool: string;
  /** "": the best that the host has */
  domainType: NonNullable<HostSettings["domainType"]> | "";
  cpuModel: string;
  openvswitch: boolean;
  sharedStorage: boolean;
  migrationUri: string;
  migrationAddress: string;
}
type Name = keyof SettingsValues;

const NONE: SettingsValues = {
  storage: "",
  bridge: "",
  isoStorage: "",
  backupStorage: "",
  vmidFrom: "",
  vmidTo: "",
  caCertificate: "",
  pool: "",
  network: "",
  backupPool: "",
  domainType: "",
  cpuModel: "",
  openvswitch: false,
  sharedStorage: false,
  migrationUri: "",
  migrationAddress: "",
};

/** What a new host is likely to have. */
export const USUAL_SETTINGS: SettingsValues = { ...NONE, storage: "local-lvm", bridge: "vmbr0", pool: "default", network: "default" };

/** Which fields a kind of host has: those that everybody fills in, and those for few. */
const FIELDS: Record<HostType, { plain: readonly Name[]; advanced: readonly Name[] }> = {
  proxmox: { plain: ["storage", "bridge", "isoStorage", "backupStorage"], advanced: ["vmidFrom", "vmidTo", "caCertificate"] },
  libvirt: { plain: ["pool", "network", "backupPool"], advanced: ["domainType", "cpuModel", "openvswitch", "sharedStorage", "migrationUri", "migrationAddress"] },
  simulated: { plain: [], advanced: [] },
};

/** The stored settings in their form. */
export function settingsOf(settings: HostSettings): SettingsValues {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return { ...NONE, ...given };
}

/** What the API takes of a host of this kind: only what was filled in or switched on. */
export function toSettings(type: HostType, values: SettingsValues): HostSettings {
  const { plain, advanced } = FIELDS[type];
  // The names are settings' own, and their values of the form that the schema has for them.
  return Object.fromEntries([...plain, ...advanced].map((name) => [name, trimmed(values[name])] as const).filter(([, value]) => value !== "" && value !== false)) as HostSettings;
}

/** Whether any of the settings for few is set. */
export function hasAdvanced(type: HostType, values: SettingsValues): boolean {
  return FIELDS[type].advanced.some((name) => values[name] !== NONE[name]);
}

/** Whether any of these errors, by field of the connection, is about a setting for few. */
export function advancedAmiss(type: HostType, errors: Readonly<Record<string, unknown>>): boolean {
  return FIELDS[type].advanced.some((name) => `settings.${name}` in errors);
}

function trimmed(value: SettingsValues[Name]): SettingsValues[Name] {
  return typeof value === "string" ? value.trim() : value;
}
