import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { inProcess } from "#components/api/server.ts";
import { DocsStart } from "#components/docs/docs-start.tsx";
import { pickMessages } from "#components/i18n/load-messages.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("docs");
  return { title: t("title"), description: t("lead") };
}

/** The API reference, for anybody. */
export default async function ApiReferencePage() {
  return (
    <NextIntlClientProvider messages={pickMessages(await getMessages(), ["common"])}>
      <DocsStart document={inProcess().openApi()} />
    </NextIntlClientProvider>
  );
}
