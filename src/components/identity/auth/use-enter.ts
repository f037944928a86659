"use client";

import type { TRPCClient } from "@trpc/client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#server/trpc/root.ts";
import { signIn } from "#components/api/browser-session.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { asTheme, readPreference, writePreference } from "#components/theme/preferences.ts";

export type Way = { provider: "credentials"; email: string; password: string } | { provider: "demo"; accountId: string };

/** Signs in, then loads `destination` afresh as that person. */
export function useEnter(destination: string) {
  const t = useTranslations("auth.error");
  const errors = useTranslations("errors.code");
  const client = useTRPCClient();
  const [pending, setPending] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  /** `key` says which button waits. */
  async function enter(way: Way, key: string): Promise<void> {
    setPending(key);
    setError(null);
    try {
      const { provider, ...fields } = way;
      const result = await signIn(provider, fields);
      if (result.ok) {
        await adoptPreferences(client);
        window.location.assign(destination);
        return;
      }
      setError(result.error === "CredentialsSignin" ? t("credentials") : result.error === "RATE_LIMITED" ? errors("RATE_LIMITED") : errors("INTERNAL_ERROR"));
    } catch {
      setError(t("network"));
    }
    setPending(null);
  }
  return { enter, pending, error };
}

/** The profile's theme and language on a device that has none of its own yet. Not worth failing for. */
async function adoptPreferences(client: TRPCClient<AppRouter>): Promise<void> {
  const me = await client.identity.me.query().catch(() => null);
  if (!me) return;
  if (readPreference("theme") === undefined) writePreference("theme", asTheme(me.preferences.theme));
  if (readPreference("locale") === undefined) writePreference("locale", me.preferences.locale);
}
