import { cookies } from "next/headers";
import { notFound } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import { SocketProvider } from "#components/api/socket-provider.tsx";
import { requireViewer } from "#components/api/viewer.ts";
import { pickMessages } from "#components/i18n/load-messages.ts";
import { Frame } from "#components/layout/frame.tsx";
import { SiteProviders } from "#components/layout/site-providers.tsx";
import { ViewerProvider } from "#components/layout/viewer-context.tsx";
import { PREFERENCE_COOKIES } from "#components/theme/preferences.ts";

/** The administrators' side. For anybody without a role on the platform it does not exist. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer();
  if (viewer.me.role === null) notFound();
  const [messages, jar] = await Promise.all([getMessages(), cookies()]);
  return (
    <SiteProviders>
      <NextIntlClientProvider messages={pickMessages(messages, ["common", "errors", "shell", "vm", "credits", "machines", "map", "alerts", "notifications", "orders", "diagnostics", "stock", "products", "fleet", "admin", "catalog", "prices", "revenue", "payments", "statements", "hosts", "firmware", "updates", "batches"])}>
        <ViewerProvider viewer={viewer}>
          <SocketProvider>
            <Frame side="admin" collapsed={jar.get(PREFERENCE_COOKIES.rail)?.value === "1"}>
              {children}
            </Frame>
          </SocketProvider>
        </ViewerProvider>
      </NextIntlClientProvider>
    </SiteProviders>
  );
}
