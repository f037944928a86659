import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { ProjectList } from "#components/projects/project-list.tsx";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("projects");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const { page } = await searchParams;
  await prefetch(trpc.compute.quota.queryOptions(), trpc.compute.projects.list.queryOptions({ page: Math.max(1, Number.parseInt(typeof page === "string" ? page : "1", 10) || 1) }));
  return (
    <Hydrate>
      <ProjectList />
    </Hydrate>
  );
}
