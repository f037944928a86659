import { z } from "zod";
import { AppError, type ErrorCode } from "#shared/errors.ts";
import { buildWebServer, type WebServer, type WebServerOptions } from "#server/http/web-server.ts";
import type { Config } from "#server/infra/config.ts";
import { JsonText } from "#server/infra/json-text.ts";
import { identityRouter } from "#server/identity/router.ts";
import { publicProcedure, router, signedIn } from "#server/trpc/init.ts";
import { createTestRuntime, type TestRuntime } from "./runtime.ts";

export interface TestWeb {
  rt: TestRuntime;
  web: WebServer;
  /** http://127.0.0.1:<port> */
  url: string;
  rest(method: string, path: string, options?: { body?: unknown; raw?: string; token?: string; headers?: Record<string, string> }): Promise<{ status: number; headers: Headers; body: unknown }>;
  /** A new user by way of the API. */
  signUp(email: string): Promise<{ token: string; refreshToken: string; userId: string; organizationId: string }>;
  close(): Promise<void>;
}

export const echoInput = z.object({
  id: z.string().max(40).default("none"),
  count: z.number().int().min(0).max(1000).optional(),
  ratio: z.number().optional(),
  enabled: z.boolean().optional(),
  displayName: z.string().max(20).nullable().optional(),
  tagList: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  nestedThing: z.object({ memoryGb: z.number(), extraLabels: z.record(z.string(), z.object({ someValue: z.number() })).optional() }).optional(),
});

/** Counts what ran, and holds what is to wait. */
export interface Probe {
  runs: number;
  gate: Promise<void>;
}

/** Procedures that do what a test of the boundary needs: echo, fail in every way, wait. Beside them stands the real identity router. */
export function createProbeRouter(probe: Probe) {
  const tags = ["Probe"];
  return router({
    identity: identityRouter,
    probe: router({
      echo: publicProcedure.meta({ route: { method: "POST", path: "/echo", tags, summary: "Echo" } }).input(echoInput).output(echoInput).mutation(({ input }) => {
        probe.runs += 1;
        return input;
      }),
      read: publicProcedure.meta({ route: { method: "GET", path: "/echo", tags, summary: "Read" } }).input(echoInput).output(echoInput).query(({ input }) => input),
      // No output schema: the front gets what the procedure gives.
      written: publicProcedure.query(({ ctx }) => ctx.written(new JsonText<{ displayName: string }>(`{ "displayName" : "가나다" }`))),
      one: publicProcedure.meta({ route: { method: "PUT", path: "/echo/{id}", tags, summary: "One" } }).input(echoInput.extend({ id: z.string().max(40) })).output(echoInput).mutation(({ input }) => input),
      create: publicProcedure
        .meta({ route: { method: "POST", path: "/secrets", successStatus: 201, tags, summary: "A secret, once" } })
        .output(z.object({ password: z.string(), run: z.number() }))
        .mutation(async () => {
          probe.runs += 1;
          const run = probe.runs;
          await probe.gate;
          return { password: `hunter-${run}`, run };
        }),
      remove: signedIn.meta({ route: { method: "DELETE", path: "/echo/{id}", successStatus: 204, tags, summary: "Remove" } }).input(z.object({ id: z.string(), force: z.boolean().default(false) })).output(z.void()).mutation(() => {}),
      fail: publicProcedure
        .meta({ route: { method: "POST", path: "/fail", tags, summary: "Fail" } })
        .input(z.object({ code: z.string() }))
        .output(z.void())
        .mutation(({ input }) => {
          probe.runs += 1;
          if (input.code === "crash") throw new Error("the secret plans are in drawer 7");
          throw new AppError(input.code as ErrorCode, undefined, { requiredPermission: "vm:create", retryAfter: 7, details: [{ field: "nestedThing.memoryGb", message: "is too much" }] });
        }),
      long: publicProcedure.meta({ route: { method: "GET", path: "/long", tags, summary: "A long answer" } }).output(z.object({ text: z.string() })).query(() => ({ text: "long ".repeat(2000) })),
      never: publicProcedure.meta({ route: { method: "GET", path: "/never", tags, summary: "Never answers" } }).output(z.void()).query(() => new Promise<void>(() => {})),
    }),
  });
}

/** A web server over the probe router, on a port of its own. */
export async function startTestWeb(options: { config?: Partial<Config>; probe?: Probe; web?: Partial<WebServerOptions>; requestTimeoutMs?: number } = {}): Promise<TestWeb> {
  const rt = await createTestRuntime({ port: 0, ...options.config });
  const probe = options.probe ?? { runs: 0, gate: Promise.resolve() };
  const web = buildWebServer(rt, { next: null, ...options.web }, createProbeRouter(probe), { requestTimeoutMs: options.requestTimeoutMs ?? 10_000 });
  const { port } = await web.listen();
  const url = `http://127.0.0.1:${port}`;
  const rest: TestWeb["rest"] = async (method, path, { body, raw, token, headers = {} } = {}) => {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(`${url}/v1${path}`, {
      method,
      headers: { ...(text === undefined ? {} : { "content-type": "application/json" }), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
    const received = await answer.text();
    return { status: answer.status, headers: answer.headers, body: received === "" ? null : JSON.parse(received) };
  };
  return {
    rt,
    web,
    url,
    rest,
    async signUp(email) {
      const { status, body } = await rest("POST", "/auth/signup", { body: { email, password: "correct horse battery" } });
      if (status !== 201) throw new Error(`signup answered ${status}: ${JSON.stringify(body)}`);
      const { token, refresh_token, user } = body as { token: string; refresh_token: string; user: { id: string; organization_id: string } };
      return { token, refreshToken: refresh_token, userId: user.id, organizationId: user.organization_id };
    },
    async close() {
      await web.close();
      await rt.close();
    },
  };
}
