import type { Metadata } from "next";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
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
      trpc.compute.vms.metrics.queryOptions({ id, range: "15m" }),
      trpc.compute.catalog.queryOptions(),
    ),
  ]);
  return (
    <Hydrate>
      <VmPage id={id} />
    </Hydrate>
  );
}
