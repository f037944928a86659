import { redirect } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import { getViewer } from "#components/api/viewer.ts";
import { pickMessages } from "#components/i18n/load-messages.ts";
import { SiteProviders } from "#components/layout/site-providers.tsx";

/** Signing in and up, for those who are not. */
export default async function AuthLayout({ children }: { children: ReactNode }) {
  if (await getViewer()) redirect("/");
  return (
    <SiteProviders>
      <NextIntlClientProvider messages={pickMessages(await getMessages(), ["common", "errors", "auth"])}>{children}</NextIntlClientProvider>
    </SiteProviders>
  );
}
