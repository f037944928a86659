import { newId } from "#shared/ids.ts";
import { createOpenApiDocument, type OpenApiDocument } from "./openapi/document.ts";
import { authenticate } from "#server/identity/authenticate.ts";
import { endBrowserSession } from "#server/identity/sessions.ts";
import { demoSignIn, signInBrowser } from "#server/identity/sign-in.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { InProcess } from "./in-process.ts";
import { readWritten } from "#server/trpc/context.ts";
import { appRouter, createCaller } from "#server/trpc/root.ts";

/** The handle for Next's pages; see in-process.ts. */
export function createInProcess(rt: Runtime): InProcess {
  let document: OpenApiDocument | undefined;
  return {
    async api(headers) {
      const requestId = headers.get("x-request-id") ?? newId("request");
      const ip = headers.get("x-switchyard-ip") ?? "";
      const found = await authenticate(rt, { authorization: null, cookie: headers.get("cookie"), ip, requestId });
      return createCaller({
        rt,
        actor: found?.actor ?? null,
        organizationId: null,
        bearer: null,
        ip,
        userAgent: headers.get("user-agent") ?? "",
        requestId,
        written: readWritten,
      });
    },
    signIn: (credentials, meta) => signInBrowser(rt, credentials, meta),
    demoSignIn: (userId, meta) => demoSignIn(rt, userId, meta),
    signOut: (sessionId) => endBrowserSession(rt, sessionId),
    openApi: () => (document ??= createOpenApiDocument(appRouter, { version: rt.version, publicUrl: rt.config.publicUrl })),
    authSecret: rt.config.authSecret,
    mode: rt.config.mode,
    publicUrl: rt.config.publicUrl,
  };
}
