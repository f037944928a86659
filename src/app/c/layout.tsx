import type { ReactNode } from "react";
import { SiteProviders } from "#components/layout/site-providers.tsx";

/** The page behind a claim code. */
export default function ClaimLayout({ children }: { children: ReactNode }) {
  return <SiteProviders>{children}</SiteProviders>;
}
