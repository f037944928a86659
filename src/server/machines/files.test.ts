import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { srpVerifier } from "./espressif.ts";
import { type ProvisioningFacts, provisioningFiles } from "./files.ts";
import { mosquittoHash } from "./mosquitto-password.ts";
import { nvsCsv } from "./nvs.ts";

const FACTS: ProvisioningFacts = {
  machineId: "mch_1",
  name: 'Lobby "A", café\\1',
  slug: "lobby-a",
  serverUrl: "https://machines.example.com",
  firmwareKey: "1zaVW3Xbfpbv+hsUl8kxzWmIpd5jvpR7ugf4KcVBPno=",
  claimToken: "0123456789ABCDEFGHJKMNPQRS",
  timezone: "UTC",
  heartbeatSeconds: 60,
  network: { kind: "wifi", wifiSsid: " net,1" },
  provisioning: { name: "PROV_ABCDEF", username: "switchyard", ...srpVerifier("switchyard", "secret") },
  slots: [{ code: "A1", sku: "BAR", capacity: 8, count: 5 }],
};
const file = (name: string) => provisioningFiles(FACTS).find((candidate) => candidate.name === name)?.content ?? "";

describe("the NVS CSV", () => {
  const rows = file("lobby-a.nvs.csv").split("\n");

  it("has the header that the tool wants and the namespace first", () => {
    expect(rows[0]).toBe("key,type,encoding,value");
    expect(rows[1]).toBe("switchyard,namespace,,");
    expect(rows.at(-1)).toBe("");
  });

  it("quotes what Python's csv module would misread, and nothing else", () => {
    expect(rows).toContain('machine_name,data,string,"Lobby ""A"", café\\1"');
    expect(rows).toContain('wifi_ssid,data,string," net,1"');
    expect(rows).toContain("claim_token,data,string,0123456789ABCDEFGHJKMNPQRS");
    expect(rows).toContain("heartbeat_s,data,u16,60");
  });

  it("keeps to 15 characters a key", () => {
    for (const row of rows.slice(1, -1)) expect(row.split(",")[0]?.length).toBeLessThanOrEqual(15);
  });

  it.each([
    ["a key of 16 characters", [{ key: "a".repeat(16), encoding: "u8", value: 1 }]],
    ["a key twice, which the tool would not notice", [{ key: "a", encoding: "u8", value: 1 }, { key: "a", encoding: "u8", value: 2 }]],
    ["a number too large for its encoding", [{ key: "a", encoding: "u8", value: 256 }]],
    ["a string that leaves no room for its NUL", [{ key: "a", encoding: "string", value: "x".repeat(4_000) }]],
    ["half a byte", [{ key: "a", encoding: "hex2bin", value: "abc" }]],
  ] as const)("refuses %s", (_what, entries) => {
    expect(() => nvsCsv("ns", entries)).toThrow(RangeError);
  });
});

describe("the other files", () => {
  it("config.json holds the server and the token, and no secret of the network", () => {
    expect(JSON.parse(file("config.json"))).toMatchObject({ server_url: FACTS.serverUrl, firmware_key: FACTS.firmwareKey, claim_token: FACTS.claimToken, network: { wifi_ssid: " net,1" }, slots: [{ slot: "A1", sku: "BAR", capacity: 8, count: 5 }] });
  });

  it("config.h is a header in C whatever the name", () => {
    expect(file("config.h")).toContain('#define SWITCHYARD_MACHINE_NAME "Lobby \\"A\\", caf\\303\\251\\\\1"');
    expect(file("config.h")).toContain('#define SWITCHYARD_SERVER_URL "https://machines.example.com"');
  });

  it("the README names the commands and the partition", () => {
    expect(file("README.md")).toContain("python -m esp_idf_nvs_partition_gen generate lobby-a.nvs.csv lobby-a.nvs.bin 0x4000");
    expect(file("README.md")).toContain("esptool write-flash 0x3d0000 lobby-a.nvs.bin");
  });
});

describe("the SRP verifier", () => {
  it("lets the phone and the device agree on a key, and no other password", () => {
    const { salt, verifier } = srpVerifier("switchyard", "right");
    expect(salt).toMatch(/^[0-9a-f]{32}$/);
    expect(verifier).toMatch(/^[0-9a-f]{768}$/);
    // Another way to the same number: v² = 5^(2x).
    const x = (password: string) => {
      const inner = createHash("sha512").update(`switchyard:${password}`).digest();
      return BigInt(`0x${createHash("sha512").update(Buffer.from(salt, "hex")).update(inner).digest("hex")}`);
    };
    const prime = 2n ** 3072n - 2n ** 3008n - 1n + 2n ** 64n * (piBits(2942n) + 1_690_314n);
    const power = (base: bigint, exponent: bigint): bigint => (exponent === 0n ? 1n : ((power(base, exponent / 2n) ** 2n) * (exponent % 2n ? base : 1n)) % prime);
    expect(power(5n, x("right"))).toBe(BigInt(`0x${verifier}`));
    expect(power(5n, x("wrong"))).not.toBe(BigInt(`0x${verifier}`));
  });
});

describe("Mosquitto's password", () => {
  it("has the form of mosquitto_passwd", () => {
    expect(mosquittoHash("secret")).toMatch(/^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/);
    expect(mosquittoHash("secret", Buffer.alloc(12))).toBe(mosquittoHash("secret", Buffer.alloc(12)));
  });
});

/** floor(2^n · π), by Machin's formula: RFC 3526 defines the prime by it. */
function piBits(n: bigint): bigint {
  const one = 1n << (n + 64n);
  const arctan = (inverse: bigint): bigint => {
    let sum = 0n;
    let term = one / inverse;
    for (let k = 1n, sign = 1n; term !== 0n; k += 2n, sign = -sign) {
      sum += (sign * term) / k;
      term /= inverse * inverse;
    }
    return sum;
  };
  return (4n * (4n * arctan(5n) - arctan(239n))) >> 64n;
}
