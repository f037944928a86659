import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { CreateVmPage } from "#components/compute/create/create-vm-page.tsx";
import { OFFERED_BACKUPS } from "#components/compute/create/offered-backups.ts";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("vm.create");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(
    trpc.compute.catalog.queryOptions(),
    trpc.compute.projects.list.queryOptions({ limit: 100 }),
    trpc.compute.sshKeys.list.queryOptions(),
    trpc.compute.vms.list.queryOptions({ limit: 1, includeGone: true }),
    trpc.compute.backups.list.queryOptions(OFFERED_BACKUPS),
    trpc.billing.balance.queryOptions(),
    trpc.compute.quota.queryOptions(),
  );
  return (
    <Hydrate>
      <CreateVmPage />
    </Hydrate>
  );
}
