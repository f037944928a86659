"use client";

import { Radio, Stack } from "@mantine/core";
import { useTranslations } from "next-intl";
import { isLocale, LOCALES } from "#components/i18n/locales.ts";
import { usePreferences } from "#components/layout/use-preferences.ts";
import { asTheme } from "#components/theme/preferences.ts";

const LANGUAGES = { en: "English", ko: "한국어" };

/** Theme and language, applied as they are chosen. */
export function AppearanceForm() {
  const t = useTranslations("settings.appearance");
  const { theme, setTheme, locale, setLocale } = usePreferences();
  return (
    <Stack gap="lg">
      <Radio.Group label={t("theme")} value={theme} onChange={(value) => setTheme(asTheme(value))}>
        <Stack gap="xs" mt={8}>
          {(["auto", "light", "dark"] as const).map((value) => (
            <Radio key={value} value={value} label={t(`themes.${value}`)} size="xs" />
          ))}
        </Stack>
      </Radio.Group>
      <Radio.Group label={t("language")} value={locale} onChange={(value) => isLocale(value) && setLocale(value)}>
        <Stack gap="xs" mt={8}>
          {LOCALES.map((value) => (
            <Radio key={value} value={value} label={<span lang={value}>{LANGUAGES[value]}</span>} size="xs" />
          ))}
        </Stack>
      </Radio.Group>
    </Stack>
  );
}
