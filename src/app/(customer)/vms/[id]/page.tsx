import type { Metadata } from "next";
import { Hydrate } from "#components/api/hydrate.tsx";
import { api, fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
import { LATELY_MS, metricsKey } from "#components/compute/metrics/metrics-key.ts";
import { VmPage } from "#components/compute/vm/vm-page.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const vm = await fetchOrNotFound(trpc.compute.vms.get.queryOptions({ id }));
  return { title: vm.name };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await Promise.all([
    fetchOrNotFound(trpc.compute.vms.get.queryOptions({ id })),
    prefetch(
      trpc.compute.operations.list.queryOptions({ subjectId: id, limit: 1 }),
      { queryKey: metricsKey(id, LATELY_MS), queryFn: async () => (await api()).compute.vms.metrics({ id, from: new Date(Date.now() - LATELY_MS).toISOString() }) },
      trpc.compute.catalog.queryOptions(),
    ),
  ]);
  return (
    <Hydrate>
      <VmPage id={id} />
    </Hydrate>
  );
}
