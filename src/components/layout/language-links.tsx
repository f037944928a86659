"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { LANGUAGE_NAMES, LOCALES, type Locale } from "#components/i18n/locales.ts";
import { writePreference } from "#components/theme/preferences.ts";
import classes from "./language-links.module.css";

/** On pages for somebody who is not signed in: the language is the browser's, and can be changed here. */
export function LanguageLinks() {
  const t = useTranslations("common");
  const current = useLocale();
  const router = useRouter();
  const choose = (locale: Locale) => {
    writePreference("locale", locale);
    router.refresh();
  };
  return (
    <div role="group" aria-label={t("language")} className={classes.languages}>
      {LOCALES.map((locale) => (
        <button key={locale} type="button" lang={locale} aria-pressed={locale === current} onClick={() => choose(locale)}>
          {LANGUAGE_NAMES[locale]}
        </button>
      ))}
    </div>
  );
}
