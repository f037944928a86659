/** The one catalog of errors. Services throw `AppError`; each front renders it by this table (API.md, "Envelope"). */
export type ErrorCategory =
  | "validation"
  | "authentication"
  | "authorization"
  | "not_found"
  | "conflict"
  | "rate_limit"
  | "billing"
  | "server"
  | "unavailable";

export const ERRORS = {
  INVALID_REQUEST: { status: 400, category: "validation", message: "The request is not valid." },
  EMAIL_TAKEN: { status: 400, category: "validation", message: "An account with this e-mail address exists already." },
  INSUFFICIENT_CREDITS: { status: 400, category: "billing", message: "There are not enough credits for this." },
  UNAUTHORIZED: { status: 401, category: "authentication", message: "Sign in to continue." },
  FORBIDDEN: { status: 403, category: "authorization", message: "You are not allowed to do this." },
  NOT_FOUND: { status: 404, category: "not_found", message: "There is nothing here." },
  METHOD_NOT_ALLOWED: { status: 405, category: "validation", message: "This method is not allowed here." },
  CONFLICT: { status: 409, category: "conflict", message: "This conflicts with the present state." },
  INVALID_STATE: { status: 409, category: "conflict", message: "This is not possible in the present state." },
  CLAIM_GONE: { status: 410, category: "conflict", message: "This claim token can no longer be used." },
  PAYLOAD_TOO_LARGE: { status: 413, category: "validation", message: "The request body is too large." },
  RATE_LIMITED: { status: 429, category: "rate_limit", message: "Too many requests; try again later." },
  INTERNAL_ERROR: { status: 500, category: "server", message: "Something went wrong on our side." },
  HYPERVISOR_ERROR: { status: 502, category: "server", message: "The hypervisor refused or failed." },
  SERVICE_UNAVAILABLE: { status: 503, category: "unavailable", message: "The service is not available right now; try again." },
  TIMEOUT: { status: 504, category: "unavailable", message: "This took too long." },
} as const satisfies Record<string, { status: number; category: ErrorCategory; message: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** What may accompany an error, in camelCase; the REST boundary writes it in snake_case. */
export interface ErrorExtras {
  details?: { field: string; message: string }[];
  requiredPermission?: string;
  resource?: string;
  /** micro-credits, decimal strings */
  needed?: string;
  available?: string;
  /** seconds */
  retryAfter?: number;
  limit?: number;
  /** which limit of the quota, and how much of it there is already */
  quota?: string;
  used?: number;
  /** state that forbids the action, and the reason of a dead claim token */
  state?: string;
  reason?: string;
  /** what slots of a machine cost now, in micro-credits, where the caller knew another price */
  prices?: { slot: string; price: string }[];
}

/** An error a client may see. `cause` is for the log alone. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly extras: ErrorExtras;

  constructor(code: ErrorCode, message?: string, extras: ErrorExtras = {}, cause?: unknown) {
    super(message ?? ERRORS[code].message, cause === undefined ? undefined : { cause });
    this.name = "AppError";
    this.code = code;
    this.extras = extras;
  }

  /** HTTP status of the code. */
  get status(): number {
    return ERRORS[this.code].status;
  }

  get category(): ErrorCategory {
    return ERRORS[this.code].category;
  }
}

/** "Not found" for a resource: also the answer when it exists but is not the caller's. */
export function notFound(resource: string): AppError {
  return new AppError("NOT_FOUND", `There is no such ${resource}.`, { resource });
}
