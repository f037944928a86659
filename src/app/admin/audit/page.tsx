import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { auditInput } from "#components/admin/audit-input.ts";
import { AuditLog } from "#components/admin/audit-log.tsx";
import { Hydrate } from "#components/api/hydrate.tsx";
import { requestQueryClient, trpc } from "#components/api/server.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin.audit");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const { q } = await searchParams;
  const options = trpc.platform.audit.infiniteQueryOptions(auditInput(typeof q === "string" ? q : ""), { getNextPageParam: (page) => page.nextCursor });
  await requestQueryClient().prefetchInfiniteQuery(options);
  return (
    <Hydrate>
      <AuditLog />
    </Hydrate>
  );
}
