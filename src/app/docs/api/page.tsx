import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { inProcess } from "#components/api/server.ts";
import { DocsStart } from "#components/docs/docs-start.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("docs");
  return { title: t("title"), description: t("lead") };
}

/** The API reference, for anybody. */
export default function ApiReferencePage() {
  return <DocsStart document={inProcess().openApi()} />;
}
