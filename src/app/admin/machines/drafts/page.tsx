import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { DraftList } from "#components/machines/onboarding/draft-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("machines.drafts");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const { page } = listInputOf(await searchParams, []);
  await prefetch(trpc.machines.admin.drafts.queryOptions({ page }));
  return (
    <Hydrate>
      <DraftList />
    </Hydrate>
  );
}
