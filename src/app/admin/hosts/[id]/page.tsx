import type { Metadata } from "next";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, trpc } from "#components/api/server.ts";
import { HostPage } from "#components/admin/hosts/host-page.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const host = await fetchOrNotFound(trpc.compute.hosts.get.queryOptions({ id }));
  return { title: host.name };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await fetchOrNotFound(trpc.compute.hosts.get.queryOptions({ id }));
  return (
    <Hydrate>
      <HostPage id={id} />
    </Hydrate>
  );
}
