import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestWeb, type TestWeb } from "#server/testing/web.ts";

/** One corpus, sent to both fronts: they must agree on what is valid, and read the same from it. */
let web: TestWeb;
beforeAll(async () => {
  web = await startTestWeb({ config: { rateLimitPerMinute: 100_000 } });
});
afterAll(() => web.close());

const VALUES: [string, string][] = [
  ["null", "null"],
  ["an empty text", '""'],
  ['"false"', '"false"'],
  ['"true"', '"true"'],
  ['"3"', '"3"'],
  ["false", "false"],
  ["true", "true"],
  ["0", "0"],
  ["-0", "-0"],
  ["-1", "-1"],
  ["3", "3"],
  ["1.5", "1.5"],
  ["1e2", "1e2"],
  ["2^53 + 1", "9007199254740993"],
  ["1e400", "1e400"],
  ["a list", "[]"],
  ["a list of texts", '["a","b"]'],
  ["a list of numbers", "[1]"],
  ["an object", "{}"],
  ["an object of texts", '{"a_b":"c","aB":"d"}'],
  ["an object of numbers", '{"memory_gb":1}'],
  ["Hangul", '"한글 이름"'],
  ["an emoji", '"👩‍🚀"'],
  ["half a surrogate pair", '"\\ud83d"'],
  ["a right-to-left mark", '"\\u202e"'],
  ["U+0000", '"a\\u0000"'],
  ["spaces", '"   "'],
  ["21 characters", '"xxxxxxxxxxxxxxxxxxxxx"'],
];

const FIELDS: [wire: string, name: string][] = [
  ["count", "count"],
  ["ratio", "ratio"],
  ["enabled", "enabled"],
  ["display_name", "displayName"],
  ["tag_list", "tagList"],
  ["metadata", "metadata"],
  ["nested_thing", "nestedThing"],
];

describe.each(FIELDS)("%s", (wire, name) => {
  it.each(VALUES)("with %s has one verdict", async (_title, text) => {
    const rest = await web.rest("POST", "/echo", { raw: `{"${wire}":${text}}` });
    // The nested object's own field has a name in each spelling too.
    const input = `{"${name}":${name === "nestedThing" ? text.replace("memory_gb", "memoryGb") : text}}`;
    const answer = await fetch(`${web.url}/trpc/probe.echo`, { method: "POST", headers: { "content-type": "application/json" }, body: input });
    const trpc = (await answer.json()) as { result?: { data: Record<string, unknown> }; error?: { data: { app: { code: string } } } };
    expect(answer.status).toBe(rest.status);
    expect([200, 400]).toContain(rest.status);
    if (rest.status !== 200) {
      expect((rest.body as { error: { code: string } }).error.code).toBe(trpc.error?.data.app.code);
      return;
    }
    const fromRest = (rest.body as Record<string, unknown>)[wire];
    const fromTrpc = trpc.result?.data[name];
    expect(JSON.stringify(fromRest)?.replace("memory_gb", "memoryGb")).toBe(name === "metadata" ? JSON.stringify(fromTrpc) : JSON.stringify(fromTrpc)?.replace("memory_gb", "memoryGb"));
  });
});

it("a REST call leaves the schemas as they were: tRPC coerces nothing afterwards", async () => {
  expect((await web.rest("GET", "/echo?count=3&enabled=false")).status).toBe(200);
  const answer = await fetch(`${web.url}/trpc/probe.read?input=${encodeURIComponent('{"count":"3"}')}`);
  expect(answer.status).toBe(400);
});
