import type { Metadata } from "next";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
import { RolloutPage } from "#components/firmware/rollout-page.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const rollout = await fetchOrNotFound(trpc.machines.firmware.rollouts.get.queryOptions({ id }));
  return { title: rollout.name };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  const { rollouts } = trpc.machines.firmware;
  await Promise.all([fetchOrNotFound(rollouts.get.queryOptions({ id })), prefetch(rollouts.machines.queryOptions({ id, page: 1 }))]);
  return (
    <Hydrate>
      <RolloutPage id={id} />
    </Hydrate>
  );
}
