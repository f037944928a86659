import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { inProcess } from "#components/api/server.ts";
import { DocsGroup } from "#components/docs/docs-group.tsx";
import { operationGroups } from "#components/docs/groups.ts";

interface GroupPageProps {
  params: Promise<{ group: string }>;
}

/** Once for the page and its title. */
const find = cache((slug: string) => {
  const document = inProcess().openApi();
  const groups = operationGroups(document);
  return { document, groups, group: groups.find((each) => each.slug === slug) };
});

export async function generateMetadata({ params }: GroupPageProps): Promise<Metadata> {
  const t = await getTranslations("docs");
  const { group } = find((await params).group);
  return { title: group ? `${group.name} · ${t("title")}` : t("title") };
}

/** One group of the API reference, for anybody. */
export default async function ApiGroupPage({ params }: GroupPageProps) {
  const { document, groups, group } = find((await params).group);
  if (!group) notFound();
  return <DocsGroup document={document} groups={groups} group={group} />;
}
