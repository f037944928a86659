import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERRORS, type ErrorCode } from "#shared/errors.ts";
import { startTestWeb, type TestWeb } from "#server/testing/web.ts";

let web: TestWeb;
beforeAll(async () => {
  web = await startTestWeb({ config: { rateLimitPerMinute: 10_000 } });
});
afterAll(() => web.close());

describe("the error envelope", () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])("renders %s with its status, category and extras in snake_case", async (code) => {
    const { status, headers, body } = await web.rest("POST", "/fail", { body: { code }, headers: { "x-request-id": "mine-1" } });
    const { error } = body as { error: Record<string, unknown> };
    expect(status).toBe(ERRORS[code].status);
    expect(error).toMatchObject({
      code,
      message: ERRORS[code].message,
      category: ERRORS[code].category,
      request_id: "mine-1",
      required_permission: "vm:create",
      retry_after: 7,
      details: [{ field: "nestedThing.memoryGb", message: "is too much" }],
    });
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(headers.get("x-request-id")).toBe("mine-1");
    expect(headers.get("retry-after")).toBe("7");
    expect(headers.get("www-authenticate")).toBe(status === 401 ? "Bearer" : null);
    expect(error["support_url"]).toEqual(status === 500 ? expect.stringContaining("/docs/api") : undefined);
  });

  it("tells nothing of an error that nobody threw on purpose", async () => {
    const { status, body } = await web.rest("POST", "/fail", { body: { code: "crash" } });
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/drawer|stack|\.ts/);
    expect(body).toMatchObject({ error: { code: "INTERNAL_ERROR", message: ERRORS.INTERNAL_ERROR.message } });
  });

  it("answers an unknown path with 404 and a wrong method with 405 and Allow", async () => {
    expect(await web.rest("GET", "/nothing")).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
    const wrong = await web.rest("PATCH", "/echo/1", { body: {} });
    expect(wrong).toMatchObject({ status: 405, body: { error: { code: "METHOD_NOT_ALLOWED" } } });
    expect(wrong.headers.get("allow")).toBe("PUT, DELETE");
  });

  it("replaces a request id that is not sane", async () => {
    const { headers } = await web.rest("GET", "/echo", { headers: { "x-request-id": "a b<script>" } });
    expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-z]{26}$/);
  });
});

describe("bodies", () => {
  it.each([
    ["malformed JSON", '{"count":', /not valid JSON/],
    ["a list", "[1]", /must be a JSON object/],
    ["null", "null", /must be a JSON object/],
    ["a text", '"x"', /must be a JSON object/],
    ["U+0000", '{"display_name":"a\\u0000b"}', /U\+0000/],
  ])("refuses %s", async (_name, raw, message) => {
    const { status, body } = await web.rest("POST", "/echo", { raw });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: "INVALID_REQUEST", message: expect.stringMatching(message) } });
  });

  it("knows an escaped backslash before u0000 from the character", async () => {
    expect(await web.rest("POST", "/echo", { raw: '{"display_name":"a\\\\u0000"}' })).toMatchObject({ status: 200, body: { display_name: "a\\u0000" } });
  });

  it("refuses another content type, a compressed body, and what is not UTF-8", async () => {
    expect(await web.rest("POST", "/echo", { raw: "count=1", headers: { "content-type": "application/x-www-form-urlencoded" } })).toMatchObject({ status: 400 });
    expect(await web.rest("POST", "/echo", { raw: "{}", headers: { "content-encoding": "gzip" } })).toMatchObject({ status: 400 });
    const answer = await fetch(`${web.url}/v1/echo`, { method: "POST", headers: { "content-type": "application/json" }, body: new Uint8Array([0x7b, 0xff, 0x7d]) });
    expect(answer.status).toBe(400);
  });

  it("refuses more than a megabyte, whether the length is announced or not", async () => {
    const big = JSON.stringify({ display_name: "x".repeat(1024 * 1024) });
    expect(await web.rest("POST", "/echo", { raw: big })).toMatchObject({ status: 413, body: { error: { code: "PAYLOAD_TOO_LARGE" } } });
    const chunks = new ReadableStream({
      start(controller) {
        for (let part = 0; part < 20; part += 1) controller.enqueue(new TextEncoder().encode(" ".repeat(64 * 1024)));
        controller.close();
      },
    });
    const answer = await fetch(`${web.url}/v1/echo`, { method: "POST", headers: { "content-type": "application/json" }, body: chunks, duplex: "half" } as RequestInit);
    expect(answer.status).toBe(413);
  });
});

describe("names", () => {
  it("are snake_case by the schema, both ways; keys of free maps are data", async () => {
    const body = { display_name: "x", tag_list: ["a_b"], metadata: { some_key: "1", someKey: "2", __proto__x: "3" }, nested_thing: { memory_gb: 2, extra_labels: { my_label: { some_value: 1 } } } };
    expect(await web.rest("POST", "/echo", { body })).toMatchObject({ status: 200, body: { id: "none", ...body } });
  });

  it("in camelCase are refused, wherever they stand", async () => {
    const { status, body } = await web.rest("POST", "/echo", { body: { displayName: "x", nested_thing: { memoryGb: 2 } } });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: {
        details: [
          { field: "displayName", message: expect.stringContaining("display_name") },
          { field: "nested_thing.memoryGb", message: expect.stringContaining("memory_gb") },
        ],
      },
    });
    expect(await web.rest("GET", "/echo?displayName=x")).toMatchObject({ status: 400, body: { error: { details: [{ field: "displayName" }] } } });
  });

  it("of wrong fields are the wire's", async () => {
    const { body } = await web.rest("POST", "/echo", { body: { nested_thing: { memory_gb: "2", extra_labels: { keepMe: { some_value: "x" } } } } });
    expect(body).toMatchObject({
      error: {
        message: "nested_thing.memory_gb must be a number",
        details: [
          { field: "nested_thing.memory_gb", message: "must be a number" },
          { field: "nested_thing.extra_labels.keepMe.some_value", message: "must be a number" },
        ],
      },
    });
  });

  it("cannot reach an object's prototype", async () => {
    expect(await web.rest("POST", "/echo", { raw: '{"__proto__":{"count":3},"metadata":{"__proto__":"x"}}' })).toMatchObject({ status: 200 });
    expect(({} as { count?: number }).count).toBeUndefined();
  });
});

describe("query and path", () => {
  it("are read by the schema", async () => {
    const { body } = await web.rest("GET", "/echo?count=3&ratio=1.5&enabled=false&display_name=007&tag_list=a,b&tag_list=c&unknown=1");
    expect(body).toMatchObject({ count: 3, ratio: 1.5, enabled: false, display_name: "007", tag_list: ["a", "b", "c"] });
  });

  it.each(["count=", "count=abc", "count=0x10", "count=1.5", "count=1&count=2", "enabled=1", "enabled=TRUE", "count=1e400", "display_name=a%00b"])("refuse %s", async (query) => {
    expect((await web.rest("GET", `/echo?${query}`)).status).toBe(400);
  });

  it("take an id from the path, and no other from the body", async () => {
    expect(await web.rest("PUT", "/echo/a%2Fb", { body: { count: 1 } })).toMatchObject({ status: 200, body: { id: "a/b", count: 1 } });
    expect(await web.rest("PUT", "/echo/one", { body: { id: "one" } })).toMatchObject({ status: 200 });
    expect(await web.rest("PUT", "/echo/one", { body: { id: "other" } })).toMatchObject({ status: 400, body: { error: { details: [{ field: "id" }] } } });
    expect((await web.rest("PUT", "/echo/%E0%A4%A", { body: {} })).status).toBe(400);
  });
});

describe("answers", () => {
  it("of 204 have no body", async () => {
    const { token } = await web.signUp("nobody@example.com");
    const answer = await web.rest("DELETE", "/echo/1?force=true", { token });
    expect(answer).toMatchObject({ status: 204, body: null });
    expect((await web.rest("DELETE", "/echo/1?force=maybe", { token })).status).toBe(400);
  });

  it("over a kilobyte are compressed, small ones are not", async () => {
    const long = await fetch(`${web.url}/v1/long`, { headers: { "accept-encoding": "br" } });
    expect(long.headers.get("content-encoding")).toBe("br");
    expect((await long.json()) as { text: string }).toMatchObject({ text: expect.stringMatching(/^long /) });
    const short = await fetch(`${web.url}/v1/echo`, { headers: { "accept-encoding": "gzip" } });
    expect(short.headers.get("content-encoding")).toBeNull();
  });

  it("need a bearer token; a browser's cookie does not count", async () => {
    const { token } = await web.signUp("bearer@example.com");
    expect(await web.rest("GET", "/me", { token })).toMatchObject({ status: 200, body: { email: "bearer@example.com", preferences: { locale: "en" } } });
    expect(await web.rest("GET", "/me", { headers: { cookie: `next-auth.session-token=${token}` } })).toMatchObject({ status: 401 });
    expect(await web.rest("GET", "/me", { token: "bad" })).toMatchObject({ status: 401, body: { error: { code: "UNAUTHORIZED" } } });
  });

  it("refuse a malformed X-Organization-Id", async () => {
    const { token } = await web.signUp("org@example.com");
    expect(await web.rest("GET", "/me", { token, headers: { "x-organization-id": "1 or 1=1" } })).toMatchObject({ status: 400 });
  });
});
