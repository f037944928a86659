import type { UserActor } from "#server/identity/actor.ts";
import type { JsonText } from "#server/infra/json-text.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** What every procedure gets, whichever front it was called from. */
export interface Context {
  rt: Runtime;
  /** null: nobody is signed in */
  actor: UserActor | null;
  /** the organization the caller asked for (header X-Organization-Id, or the dashboard's choice); null: their personal one */
  organizationId: string | null;
  /** the bearer token as it came, for the refresh call alone */
  bearer: string | null;
  ip: string;
  userAgent: string;
  requestId: string;
  /** Gives on what the database wrote as JSON: as it is to a front that sends the text, read to everybody else. */
  written<T>(json: JsonText<T>): T;
}

/** For callers that want the value. */
export function readWritten<T>(json: JsonText<T>): T {
  return json.read();
}
