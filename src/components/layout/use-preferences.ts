"use client";

import { useMantineColorScheme } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useLocale } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import type { Locale } from "#components/i18n/locales.ts";
import { type ThemePreference, writePreference } from "#components/theme/preferences.ts";

/** Theme and language: applied at once, kept in a cookie for the next page and in the profile for the next device. */
export function usePreferences() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const locale = useLocale();
  const router = useRouter();
  const save = useMutation(useTRPC().identity.updateMe.mutationOptions());
  return {
    theme: colorScheme,
    setTheme(theme: ThemePreference) {
      setColorScheme(theme);
      save.mutate({ preferences: { theme } });
    },
    locale,
    setLocale(next: Locale) {
      writePreference("locale", next);
      save.mutate({ preferences: { locale: next } });
      router.refresh();
    },
  };
}
