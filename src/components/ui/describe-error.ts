import type { useTranslations } from "next-intl";
import { errorBodyOf } from "#components/api/errors.ts";
import { formatCredits } from "#shared/credits.ts";

/** An error in the reader's language: what happened (`why`), what to do (`next`), and the request to name when asking for help. */
export interface ErrorWords {
  why: string;
  next: string;
  requestId: string | null;
}

/** Why a VM that is in the right state does not allow something all the same. */
const REASONS = ["busy", "expired", "snapshots"] as const;

function isReason(reason: string | undefined): reason is (typeof REASONS)[number] {
  return (REASONS as readonly (string | undefined)[]).includes(reason);
}

/** Words for anything that a query or mutation threw. `t` is `useTranslations("errors")`. */
export function describeError(error: unknown, t: ReturnType<typeof useTranslations<"errors">>): ErrorWords {
  const body = errorBodyOf(error);
  if (!body) return { why: t("network.why"), next: t("network.next"), requestId: null };
  const { needed, available, requiredPermission, retryAfter, reason, state, quota, used, limit } = body;
  let why: string = t(`code.${body.code}`);
  if (body.code === "INSUFFICIENT_CREDITS" && needed !== undefined && available !== undefined) {
    why = t("code.INSUFFICIENT_CREDITS_AMOUNT", { needed: formatCredits(needed), available: formatCredits(available) });
  } else if (body.code === "FORBIDDEN" && requiredPermission !== undefined) {
    why = t("code.FORBIDDEN_PERMISSION", { permission: requiredPermission });
  } else if (body.code === "FORBIDDEN" && quota !== undefined) {
    why = t("code.FORBIDDEN_QUOTA", { used: used ?? 0, limit: limit ?? 0 });
  } else if (body.code === "INVALID_STATE" && isReason(reason)) {
    why = t(`because.${reason}`);
  } else if (body.code === "INVALID_STATE" && state !== undefined) {
    why = t("code.INVALID_STATE_NAMED", { state });
  }
  const next = retryAfter === undefined ? t(`next.${body.category as "server"}`) : t("next.rate_limit_seconds", { seconds: retryAfter });
  return { why, next, requestId: body.requestId || null };
}
