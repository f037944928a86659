import type { ReactNode } from "react";
import { SiteProviders } from "#components/layout/site-providers.tsx";

/** The test provider's pages. */
export default function PaymentLayout({ children }: { children: ReactNode }) {
  return <SiteProviders>{children}</SiteProviders>;
}
