import { cookies } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { SocketProvider } from "#components/api/socket-provider.tsx";
import { requireViewer } from "#components/api/viewer.ts";
import { pickMessages } from "#components/i18n/load-messages.ts";
import { Frame } from "#components/layout/frame.tsx";
import { SiteProviders } from "#components/layout/site-providers.tsx";
import { ViewerProvider } from "#components/layout/viewer-context.tsx";
import { PREFERENCE_COOKIES } from "#components/theme/preferences.ts";

/** The customer's side: whoever is not signed in is asked to. */
export default async function CustomerLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer();
  const [messages, jar] = await Promise.all([getMessages(), cookies(), prefetch(trpc.billing.balance.queryOptions())]);
  return (
    <SiteProviders>
      <NextIntlClientProvider messages={pickMessages(messages, ["common", "errors", "shell", "vm", "changes", "backups", "console", "credits", "topups", "statements", "projects", "machines", "map", "alerts", "notifications", "orders", "diagnostics", "stock", "products", "fleet", "settings", "updates"])}>
        <ViewerProvider viewer={viewer}>
          <Hydrate>
            <SocketProvider>
              <Frame side="customer" collapsed={jar.get(PREFERENCE_COOKIES.rail)?.value === "1"}>
                {children}
              </Frame>
            </SocketProvider>
          </Hydrate>
        </ViewerProvider>
      </NextIntlClientProvider>
    </SiteProviders>
  );
}
