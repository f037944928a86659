import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "mantine-datatable/styles.layer.css";
import { cookies } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { ApiProvider } from "#components/api/api-provider.tsx";
import { asTheme, PREFERENCE_COOKIES } from "#components/theme/preferences.ts";
import { ThemeProvider } from "#components/theme/theme-provider.tsx";
import { pickMessages } from "../i18n/load-messages.ts";

/** What every page but the storefront stands on: Mantine, the API's cache, texts. The storefront is there at once on a phone because it has none of it. */
export async function SiteProviders({ children }: { children: ReactNode }) {
  const [messages, jar] = await Promise.all([getMessages(), cookies()]);
  return (
    <NextIntlClientProvider messages={pickMessages(messages, ["common", "errors"])}>
      <ThemeProvider initial={asTheme(jar.get(PREFERENCE_COOKIES.theme)?.value)}>
        <NuqsAdapter>
          <ApiProvider>{children}</ApiProvider>
        </NuqsAdapter>
      </ThemeProvider>
    </NextIntlClientProvider>
  );
}
