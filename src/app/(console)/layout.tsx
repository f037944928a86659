import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import { SocketProvider } from "#components/api/socket-provider.tsx";
import { requireViewer } from "#components/api/viewer.ts";
import { pickMessages } from "#components/i18n/load-messages.ts";
import { LiveSync } from "#components/layout/live-sync.tsx";
import { SiteProviders } from "#components/layout/site-providers.tsx";
import { ViewerProvider } from "#components/layout/viewer-context.tsx";
import { ToastHost } from "#components/ui/toast-host.tsx";

/** A window with nothing but a screen in it, for who is signed in. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer();
  return (
    <SiteProviders>
      <NextIntlClientProvider messages={pickMessages(await getMessages(), ["common", "errors", "vm", "console"])}>
        <ViewerProvider viewer={viewer}>
          <SocketProvider>
            {children}
            <LiveSync admin={false} />
            <ToastHost />
          </SocketProvider>
        </ViewerProvider>
      </NextIntlClientProvider>
    </SiteProviders>
  );
}
