import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { inProcess } from "#components/api/server.ts";
import { DocsGroup } from "#components/docs/docs-group.tsx";
import { operationGroups } from "#components/docs/groups.ts";
import { pickMessages } from "#components/i18n/load-messages.ts";

interface GroupPageProps {
  params: Promise<{ group: string }>;
}

export async function generateMetadata({ params }: GroupPageProps): Promise<Metadata> {
  const t = await getTranslations("docs");
  const { group: slug } = await params;
  const group = operationGroups(inProcess().openApi()).find((each) => each.slug === slug);
  return { title: group ? `${group.name} · ${t("title")}` : t("title") };
}

/** One group of the API reference, for anybody. */
export default async function ApiGroupPage({ params }: GroupPageProps) {
  const { group: slug } = await params;
  const document = inProcess().openApi();
  const groups = operationGroups(document);
  const group = groups.find((each) => each.slug === slug);
  if (!group) notFound();
  return (
    <NextIntlClientProvider messages={pickMessages(await getMessages(), ["common"])}>
      <DocsGroup document={document} groups={groups} group={group} />
    </NextIntlClientProvider>
  );
}
