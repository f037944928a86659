import type { BrowserSession } from "#server/identity/sign-in.ts";
import type { RequestMeta } from "#server/identity/user-actor.ts";
import type { createCaller } from "#server/trpc/root.ts";
import type { OpenApiDocument } from "./openapi/document.ts";

/**
 * How Next's pages reach the server that they run in. Next bundles what pages import, which would make second copies of the pool, the event emitters and
 * the embedded database; `globalThis` alone is shared. So main.ts puts this handle there and pages import nothing of the server but types.
 */
export interface InProcess {
  /** The procedures, as whoever sent these request headers. */
  api(headers: Headers): Promise<ReturnType<typeof createCaller>>;
  /** Checks a password and opens a browser session; null: wrong. Throws AppError RATE_LIMITED. */
  signIn(credentials: { email: string; password: string }, meta: RequestMeta): Promise<BrowserSession | null>;
  /** Demo mode alone: opens a session of a demo account. */
  demoSignIn(userId: string, meta: RequestMeta): Promise<BrowserSession | null>;
  signOut(sessionId: string): Promise<void>;
  /** The REST API's description, for its reference page. */
  openApi(): OpenApiDocument;
  authSecret: string;
  mode: "demo" | "production";
  publicUrl: string;
}

declare global {
  var __switchyard: InProcess | undefined;
}
