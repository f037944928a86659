import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "mantine-datatable/styles.layer.css";
import "./globals.css";
import { ColorSchemeScript, mantineHtmlProps } from "@mantine/core";
import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages } from "next-intl/server";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { ApiProvider } from "#components/api/api-provider.tsx";
import { pickMessages } from "#components/i18n/load-messages.ts";
import { asTheme, PREFERENCE_COOKIES } from "#components/theme/preferences.ts";
import { ThemeProvider } from "#components/theme/theme-provider.tsx";

export const metadata: Metadata = { title: { default: "Switchyard", template: "%s · Switchyard" } };

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f8f9" },
    { media: "(prefers-color-scheme: dark)", color: "#0c1116" },
  ],
};

/** The document: fonts, theme before the first paint, language, the API. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, messages, jar] = await Promise.all([getLocale(), getMessages(), cookies()]);
  const theme = asTheme(jar.get(PREFERENCE_COOKIES.theme)?.value);
  const scheme = theme === "auto" ? {} : { "data-mantine-color-scheme": theme };
  return (
    <html lang={locale} {...mantineHtmlProps} {...scheme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <head>
        <ColorSchemeScript defaultColorScheme={theme} localStorageKey={PREFERENCE_COOKIES.theme} />
      </head>
      <body>
        <NextIntlClientProvider messages={pickMessages(messages, ["common", "errors"])}>
          <ThemeProvider initial={theme}>
            <NuqsAdapter>
              <ApiProvider>{children}</ApiProvider>
            </NuqsAdapter>
          </ThemeProvider>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
