import { AppError, ERRORS, type ErrorCode } from "#shared/errors.ts";
import { DriverError } from "./drivers/errors.ts";

/** An error of a step as the customer may read it, and whether the same step may work later. */
export interface StepFailure {
  code: ErrorCode;
  message: string;
  retryable: boolean;
}

export function describeFailure(error: unknown): StepFailure {
  if (error instanceof DriverError) return { code: "HYPERVISOR_ERROR", message: sentence(error.message), retryable: error.retryable };
  if (error instanceof AppError) return { code: error.code, message: error.message, retryable: error.code === "SERVICE_UNAVAILABLE" || error.code === "TIMEOUT" };
  // A database that went away, or a bug: neither's text is for customers, and the first of them passes.
  return { code: "INTERNAL_ERROR", message: ERRORS.INTERNAL_ERROR.message, retryable: true };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? "" : "."}`;
}
