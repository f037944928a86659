import type { Metadata } from "next";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
import { MachinePage } from "#components/machines/machine-page.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const machine = await fetchOrNotFound(trpc.machines.get.queryOptions({ id }));
  return { title: machine.name };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await Promise.all([
    fetchOrNotFound(trpc.machines.get.queryOptions({ id })),
    prefetch(trpc.machines.telemetry.queryOptions({ id, range: "24h" })),
  ]);
  return (
    <Hydrate>
      <MachinePage side="customer" id={id} />
    </Hydrate>
  );
}
