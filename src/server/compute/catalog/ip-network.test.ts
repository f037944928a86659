import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { formatAddress, formatNetwork, parseAddress, parseNetwork } from "./ip-network.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

describe("addresses", () => {
  it("are spelled as PostgreSQL spells them, whatever they are", async () => {
    // Groups are zero often, so that there is something to shorten. Below ::/8 PostgreSQL writes IPv4 inside of IPv6: pools have no such addresses.
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    const v6 = fc.tuple(fc.integer({ min: 0x100, max: 0xffff }), fc.array(group, { minLength: 7, maxLength: 7 })).map(([first, rest]) => [first, ...rest].reduce((sum, part) => (sum << 16n) | BigInt(part), 0n));
    const v4 = fc.bigInt({ min: 0n, max: 0xffffffffn });
    const samples = [...fc.sample(v6, 2_000).map((value) => ({ family: 6 as const, value })), ...fc.sample(v4, 200).map((value) => ({ family: 4 as const, value }))];
    const texts = samples.map(({ family, value }) => formatAddress(family, value));
    const rows = await rt.db.query<{ text: string }>({ text: "select host(t::inet) as text from unnest($1::text[]) with ordinality as u(t, n) order by n", values: [texts] });
    expect(rows.map((row) => row.text)).toEqual(texts);
    expect(texts.map(parseAddress)).toEqual(samples);
  });

  it.each([
    ["::", 6, 0n],
    ["::1", 6, 1n],
    ["2001:DB8::", 6, 0x20010db8n << 96n],
    ["1:2:3:4:5:6:7:8", 6, 0x00010002000300040005000600070008n],
    ["255.255.255.255", 4, 0xffffffffn],
  ] as const)("%s is read", (text, family, value) => expect(parseAddress(text)).toEqual({ family, value }));

  it.each(["", " 10.0.0.1", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/32", "fe80::1%eth0", "::ffff:10.0.0.1", "1::2::3", "12345::", "localhost", "10.0.0.1; rm"])("%j is none", (text) => expect(parseAddress(text)).toBeNull());
});

describe("networks", () => {
  it.each([
    ["203.0.113.0/24", 0xcb007100n, 0xcb0071ffn],
    ["10.0.0.7/32", 0x0a000007n, 0x0a000007n],
    ["0.0.0.0/0", 0n, 0xffffffffn],
  ])("%s has its first and last address", (text, base, end) => {
    const network = parseNetwork(text);
    expect(network).toMatchObject({ family: 4, base, end });
    expect(network && formatNetwork(network)).toBe(text);
  });

  it("of IPv6 are as large as they are", () => {
    const network = parseNetwork("2001:db8:1::/64");
    expect(network && network.end - network.base).toBe(2n ** 64n - 1n);
  });

  it.each(["10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/24/", "2001:db8::1/64", "2001:db8::/129", "10.0.0.0/024 ", "/24"])("%j is none", (text) => expect(parseNetwork(text)).toBeNull());
});
