import type { ReactNode } from "react";
import { SiteProviders } from "#components/layout/site-providers.tsx";

/** The documentation, for anybody. */
export default function DocsLayout({ children }: { children: ReactNode }) {
  return <SiteProviders>{children}</SiteProviders>;
}
