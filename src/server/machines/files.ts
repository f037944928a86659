import { nvsCsv, type NvsEntry } from "./nvs.ts";

/** What a generated file needs to know. The Wi-Fi password is not among it: it stays with the installer. */
export interface ProvisioningFacts {
  machineId: string;
  name: string;
  slug: string;
  serverUrl: string;
  /** Ed25519, base64: firmware that this key did not sign is not taken */
  firmwareKey: string;
  claimToken: string;
  timezone: string;
  heartbeatSeconds: number;
  network: { kind: string; wifiSsid: string | null };
  provisioning: { name: string; username: string; salt: string; verifier: string };
  slots: readonly { code: string; sku: string | null; capacity: number; count: number }[];
}

export interface ProvisioningFile {
  name: string;
  mediaType: string;
  content: string;
}

/** A partition of its own, so that flashing it leaves the stored Wi-Fi of `nvs` alone. */
const PARTITION = "fctry";
export const PARTITION_OFFSET = "0x3d0000";
export const PARTITION_SIZE = "0x4000";
export const NVS_NAMESPACE = "switchyard";

/** The line that a partition table needs besides the usual ones, for 4 MB of flash, with the ones before it. */
export const PARTITION_TABLE = `    # Name,   Type, SubType, Offset,   Size
    nvs,      data, nvs,     0x9000,   0x4000
    otadata,  data, ota,     0xd000,   0x2000
    phy_init, data, phy,     0xf000,   0x1000
    ota_0,    app,  ota_0,   0x10000,  0x1e0000
    ota_1,    app,  ota_1,   0x1f0000, 0x1e0000
    ${PARTITION},    data, nvs,     ${PARTITION_OFFSET}, ${PARTITION_SIZE}`;

/** The files an installer takes along: for other programs, for Espressif's tools, for Arduino, and how to use them. */
export function provisioningFiles(facts: ProvisioningFacts): ProvisioningFile[] {
  return [
    { name: "config.json", mediaType: "application/json", content: configJson(facts) },
    { name: `${facts.slug}.nvs.csv`, mediaType: "text/csv", content: nvs(facts) },
    { name: "config.h", mediaType: "text/x-c", content: arduinoHeader(facts) },
    { name: "README.md", mediaType: "text/markdown", content: readme(facts) },
  ];
}

function configJson(facts: ProvisioningFacts): string {
  const config = {
    server_url: facts.serverUrl,
    firmware_key: facts.firmwareKey,
    claim_token: facts.claimToken,
    machine: { id: facts.machineId, name: facts.name, slug: facts.slug, timezone: facts.timezone },
    heartbeat_seconds: facts.heartbeatSeconds,
    network: { kind: facts.network.kind, wifi_ssid: facts.network.wifiSsid },
    slots: facts.slots.map((slot) => ({ slot: slot.code, sku: slot.sku, capacity: slot.capacity, count: slot.count })),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function nvs(facts: ProvisioningFacts): string {
  return nvsCsv(NVS_NAMESPACE, nvsEntries(facts));
}

/** What a device finds in its partition. */
export function nvsEntries(facts: Omit<ProvisioningFacts, "machineId" | "slug" | "timezone" | "slots">): NvsEntry[] {
  return [
    { key: "server_url", encoding: "string", value: facts.serverUrl },
    { key: "firmware_key", encoding: "string", value: facts.firmwareKey },
    { key: "claim_token", encoding: "string", value: facts.claimToken },
    { key: "machine_name", encoding: "string", value: facts.name },
    { key: "heartbeat_s", encoding: "u16", value: facts.heartbeatSeconds },
    { key: "net_kind", encoding: "string", value: facts.network.kind },
    ...(facts.network.wifiSsid === null ? [] : [{ key: "wifi_ssid", encoding: "string" as const, value: facts.network.wifiSsid }]),
    { key: "prov_name", encoding: "string", value: facts.provisioning.name },
    { key: "sec2_salt", encoding: "hex2bin", value: facts.provisioning.salt },
    { key: "sec2_verifier", encoding: "hex2bin", value: facts.provisioning.verifier },
  ];
}

function arduinoHeader(facts: ProvisioningFacts): string {
  const define = (name: string, value: string): string => `#define ${name} ${value}`;
  return [
    "// Made by Switchyard for one machine. The claim token works once: keep this file out of version control.",
    "#pragma once",
    "",
    define("SWITCHYARD_SERVER_URL", cString(facts.serverUrl)),
    define("SWITCHYARD_FIRMWARE_KEY", cString(facts.firmwareKey)),
    define("SWITCHYARD_CLAIM_TOKEN", cString(facts.claimToken)),
    define("SWITCHYARD_MACHINE_NAME", cString(facts.name)),
    define("SWITCHYARD_HEARTBEAT_SECONDS", String(facts.heartbeatSeconds)),
    ...(facts.network.wifiSsid ? [define("SWITCHYARD_WIFI_SSID", cString(facts.network.wifiSsid))] : []),
    "",
  ].join("\n");
}

/** A C string literal; bytes beyond printable ASCII as octal escapes, which, unlike \x, end after three digits. */
function cString(text: string): string {
  const body = [...Buffer.from(text)].map((byte) => {
    if (byte === 0x22 || byte === 0x5c || byte === 0x3f) return `\\${String.fromCharCode(byte)}`;
    return byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
  });
  return `"${body.join("")}"`;
}

function readme(facts: ProvisioningFacts): string {
  const csv = `${facts.slug}.nvs.csv`;
  const bin = `${facts.slug}.nvs.bin`;
  return `# ${facts.name}

These files let one device become this machine. The claim token in them works once and expires; make new files if it is gone.

## ESP-IDF

Your partition table needs a partition \`${PARTITION}\` besides the usual \`nvs\`, so that the stored Wi-Fi survives. For 4 MB of flash:

${PARTITION_TABLE}

Make the partition and write it:

    pip install esp-idf-nvs-partition-gen esptool
    python -m esp_idf_nvs_partition_gen generate ${csv} ${bin} ${PARTITION_SIZE}
    esptool write-flash ${PARTITION_OFFSET} ${bin}

(esptool 4 spells it \`esptool.py write_flash\`.) The firmware opens it with \`nvs_flash_init_partition("${PARTITION}")\` and
\`nvs_open_from_partition("${PARTITION}", "${NVS_NAMESPACE}", …)\`. \`sec2_salt\` and \`sec2_verifier\` are for Espressif's provisioning with Security 2.

## Arduino

Put \`config.h\` beside your sketch and include it.

## Try it without hardware

    npm run device -- --claim ${facts.claimToken} --server ${facts.serverUrl}
`;
}
