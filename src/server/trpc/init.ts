import { initTRPC, TRPCError } from "@trpc/server";
import { type z, ZodError } from "zod";
import { AppError, ERRORS, type ErrorCode, type ErrorExtras } from "#shared/errors.ts";
import { organizationPermissions, type Permission, type PlatformPermission, platformPermissions } from "#shared/permissions.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { JsonText } from "#server/infra/json-text.ts";
import type { Context } from "./context.ts";
import { describeIssue } from "./issue-message.ts";
import type { RouteMeta } from "./route-meta.ts";

/** What tRPC clients find in `error.data.app`; the REST boundary renders the same object. */
export interface ErrorBody extends ErrorExtras {
  code: ErrorCode;
  message: string;
  category: string;
  requestId: string;
}

/** Any thrown thing as an AppError. What we did not throw on purpose is an INTERNAL_ERROR whose text nobody sees. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AppError) return cause;
  if (cause instanceof ZodError) {
    const details = cause.issues.map((issue) => ({ field: issue.path.join("."), message: describeIssue(issue) }));
    const first = details[0];
    return new AppError("INVALID_REQUEST", first ? `${first.field || "The input"} ${first.message}` : undefined, { details });
  }
  if (error instanceof TRPCError) {
    if (error.code === "NOT_FOUND") return new AppError("NOT_FOUND", undefined, {}, error);
    if (error.code === "METHOD_NOT_SUPPORTED") return new AppError("METHOD_NOT_ALLOWED", undefined, {}, error);
    if (error.code === "PAYLOAD_TOO_LARGE") return new AppError("PAYLOAD_TOO_LARGE", undefined, {}, error);
    if (error.code === "PARSE_ERROR" || error.code === "BAD_REQUEST" || error.code === "UNSUPPORTED_MEDIA_TYPE") return new AppError("INVALID_REQUEST", undefined, {}, error);
  }
  return new AppError("INTERNAL_ERROR", undefined, {}, error);
}

/** The one rendering of an error. The text of a 5xx is the catalog's. */
export function errorBody(error: AppError, requestId: string): ErrorBody {
  const message = error.status >= 500 && error.code === "INTERNAL_ERROR" ? ERRORS.INTERNAL_ERROR.message : error.message;
  return { code: error.code, message, category: error.category, requestId, ...error.extras };
}

const t = initTRPC
  .context<Context>()
  .meta<RouteMeta>()
  .create({
    errorFormatter({ shape, error, ctx }) {
      const app = errorBody(toAppError(error), ctx?.requestId ?? "");
      return { ...shape, message: app.message, data: { code: shape.data.code, httpStatus: ERRORS[app.code].status, path: shape.data.path, app } };
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/**
 * A procedure's output schema: parsed where that is asked for (tests), trusted otherwise; the types and the OpenAPI document come from it in either case.
 */
export function answer<T extends z.ZodType>(schema: T): T {
  if (parseOutputs) return Object.create(schema, { parseAsync: { value: (value: unknown) => schema.parseAsync(value instanceof JsonText ? value.read() : value) } }) as T;
  return Object.create(schema, { parseAsync: { value: async (value: unknown) => value } }) as T;
}
let parseOutputs = false;
/** Call before the routers are imported. */
export function setOutputParsing(on: boolean): void {
  parseOutputs = on;
}

/** Anybody. An AppError that a service throws is the cause of tRPC's, with its message; the formatter reads it. */
export const publicProcedure = t.procedure;

/** Anybody who is signed in. */
export const signedIn = t.procedure.use(({ ctx, next }) => next({ ctx: { actor: asSignedIn(ctx.actor) } }));

/** A member of the organization in the context whose role has the permission. An organization of others is "not found". One step: each costs every call some microseconds. */
export function member(permission: Permission) {
  return t.procedure.use(({ ctx, next }) => next({ ctx: { actor: asMember(asSignedIn(ctx.actor), ctx.organizationId, permission) } }));
}

function asSignedIn(actor: Context["actor"]): NonNullable<Context["actor"]> {
  if (!actor) throw asTrpc(new AppError("UNAUTHORIZED"));
  return actor;
}

/** The actor in an organization (null: the personal one), with the permission checked. Also for sockets and streams. */
export function asMember(actor: NonNullable<Context["actor"]>, organizationId: string | null, permission: Permission): MemberActor {
  const membership = actor.memberships.find((candidate) => (organizationId ? candidate.organizationId === organizationId : candidate.personal)) ?? (organizationId ? undefined : actor.memberships[0]);
  if (!membership) throw asTrpc(new AppError("NOT_FOUND", "There is no such organization.", { resource: "organization" }));
  if (!organizationPermissions(membership.role).includes(permission)) {
    throw asTrpc(new AppError("FORBIDDEN", undefined, { requiredPermission: permission }));
  }
  return { ...actor, organizationId: membership.organizationId, role: membership.role };
}

/** Somebody whose role on the platform has the permission. */
export function platform(permission: PlatformPermission) {
  return t.procedure.use(({ ctx, next }) => {
    const actor = asSignedIn(ctx.actor);
    if (!platformPermissions(actor.platformRole).includes(permission)) {
      throw asTrpc(new AppError("FORBIDDEN", undefined, { requiredPermission: permission }));
    }
    return next({ ctx: { actor } });
  });
}

const TRPC_CODES: Partial<Record<number, TRPCError["code"]>> = { 400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 405: "METHOD_NOT_SUPPORTED", 409: "CONFLICT", 413: "PAYLOAD_TOO_LARGE", 429: "TOO_MANY_REQUESTS" };

function asTrpc(error: AppError): TRPCError {
  return new TRPCError({ code: TRPC_CODES[error.status] ?? "INTERNAL_SERVER_ERROR", message: error.message, cause: error });
}
