import "./globals.css";
import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { getLocale } from "next-intl/server";
import type { ReactNode } from "react";
import { asTheme, PREFERENCE_COOKIES } from "#components/theme/preferences.ts";
import { ThemeScript } from "#components/theme/theme-script.tsx";

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

/** The document: fonts, language, theme before the first paint. What pages need in the browser comes with `SiteProviders` in the layouts below. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, jar] = await Promise.all([getLocale(), cookies()]);
  const theme = asTheme(jar.get(PREFERENCE_COOKIES.theme)?.value);
  return (
    // The script below may set another scheme than the server could know.
    <html lang={locale} data-mantine-color-scheme={theme === "auto" ? "light" : theme} className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <head>
        <ThemeScript />
      </head>
      <body>{children}</body>
    </html>
  );
}
