import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { BackupList } from "#components/compute/backups/backup-list.tsx";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("backups");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const { page, vm } = await searchParams;
  await prefetch(
    trpc.compute.backups.list.queryOptions({ page: Math.max(1, Number.parseInt(typeof page === "string" ? page : "1", 10) || 1), ...(typeof vm === "string" && vm ? { vmId: vm } : {}) }),
    trpc.compute.quota.queryOptions(),
  );
  return (
    <Hydrate>
      <BackupList />
    </Hydrate>
  );
}
