import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { VmList } from "#components/compute/list/vm-list.tsx";
import { VM_STATUSES } from "#shared/compute/states.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("vm.list");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const { page, status, project, q } = await searchParams;
  const state = VM_STATUSES.find((each) => each === status);
  await prefetch(
    trpc.compute.vms.list.queryOptions({
      page: Math.max(1, Number.parseInt(typeof page === "string" ? page : "1", 10) || 1),
      ...(state ? { status: state } : {}),
      ...(typeof project === "string" ? { projectId: project } : {}),
      ...(typeof q === "string" && q ? { search: q } : {}),
    }),
    trpc.compute.projects.list.queryOptions({ limit: 100 }),
  );
  return (
    <Hydrate>
      <VmList />
    </Hydrate>
  );
}
