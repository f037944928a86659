import { describe, expect, it } from "vitest";
import { answerProblems, type ApiShapes, loadApiShapes, requestProblems } from "./testing/api-shape.ts";
import { FAKE_ROUTES } from "./testing/fake-proxmox.ts";

const shapes = loadApiShapes();

/** The file is Proxmox's, not ours to keep: where it is missing, the fake and the driver are only checked against each other. */
const without = shapes === null ? " (skipped: Proxmox's published API is not at hand; PROXMOX_API_SHAPES names its file)" : "";

describe.skipIf(shapes === null)(`against Proxmox's published API${without}`, () => {
  it.each(FAKE_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))("the fake's %s has the published parameters", (_name, route) => {
    const published = shapes?.[route.path]?.[route.method]?.parameters?.properties;
    expect(shapes?.[route.path]?.[route.method]).toBeDefined();
    for (const [key, type] of Object.entries(route.params)) {
      const name = key.replace("?", "");
      expect({ name, type: published?.[name]?.type, optional: (published?.[name]?.optional ?? 0) === 1 }).toEqual({ name, type, optional: key.endsWith("?") });
    }
    // What the path names is needed, and nothing else that the fake does not ask for.
    const needed = Object.entries(published ?? {}).filter(([, shape]) => !shape.optional).map(([name]) => name);
    for (const name of needed) expect(route.path.includes(`{${name}}`) || name in route.params, name).toBe(true);
  });
});

describe("the check itself", () => {
  const small: ApiShapes = {
    "/things/{id}": {
      POST: {
        parameters: { additionalProperties: 0, properties: { id: { type: "integer", minimum: 100 }, force: { type: "boolean", optional: 1 }, "net[n]": { type: "string", optional: 1 }, size: { type: "string", optional: 1, pattern: "(?^:\\d+G)" } } },
        returns: { type: "array", items: { type: "object", additionalProperties: 0, properties: { n: { type: "integer" }, t: { type: "string", optional: 1, enum: ["a", "b"] } } } },
      },
    },
  };
  const asked = (params: Record<string, string>, path = "/things/{id}") => requestProblems(small, "POST", path, params);
  const answered = (data: unknown) => answerProblems(small, "POST", "/things/{id}", data);

  it("finds what is wrong with a request", () => {
    expect(asked({ id: "100", force: "1", net0: "x", net12: "y", size: "5G" })).toEqual([]);
    for (const wrong of [{}, { id: "99" }, { id: "x" }, { id: "100", force: "true" }, { id: "100", size: "5" }, { id: "100", nett0: "x" }]) expect(asked(wrong as Record<string, string>), JSON.stringify(wrong)).toHaveLength(1);
    expect(asked({ id: "100" }, "/other")).toEqual(["POST /other is not published"]);
  });

  it("finds what is wrong with an answer", () => {
    expect(answered([])).toEqual([]);
    expect(answered([{ n: 1, t: "a" }])).toEqual([]);
    for (const wrong of [null, {}, [{ n: "1" }], [{ t: "a" }], [{ n: 1, t: "c" }], [{ n: 1, more: 1 }], [[]]]) expect(answered(wrong), JSON.stringify(wrong)).not.toEqual([]);
  });

  it("knows the lock of a VM that is being deleted, which the shapes do not list, and no other", () => {
    const config = "/nodes/{node}/qemu/{vmid}/config";
    const listed: ApiShapes = { [config]: { GET: { returns: { type: "object", properties: { lock: { type: "string", optional: 1, enum: ["backup"] } } } } } };
    const locked = (lock: string) => answerProblems(listed, "GET", config, { lock });
    expect([locked("backup"), locked("destroyed")]).toEqual([[], []]);
    expect(locked("destroying")).toHaveLength(1);
  });
});
