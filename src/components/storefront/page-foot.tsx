"use client";

import { LANGUAGE_NAMES, LOCALES } from "../i18n/locales.ts";
import { writePreference } from "../theme/preferences.ts";
import classes from "./page.module.css";

/** The other language. The address stays, and so does the cart. */
export function PageFoot() {
  return (
    <footer className={classes.foot}>
      {LOCALES.map((locale) => (
        <button
          key={locale}
          type="button"
          lang={locale}
          onClick={() => {
            writePreference("locale", locale);
            globalThis.location.reload();
          }}
        >
          {LANGUAGE_NAMES[locale]}
        </button>
      ))}
    </footer>
  );
}
