import type { Metadata } from "next";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, prefetch, trpc } from "#components/api/server.ts";
import { FirmwarePage } from "#components/firmware/firmware-page.tsx";

interface PageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  const firmware = await fetchOrNotFound(trpc.machines.firmware.get.queryOptions({ id }));
  return { title: `${firmware.project} ${firmware.version}` };
}

export default async function Page({ params }: PageProps) {
  const { id } = await params;
  await Promise.all([fetchOrNotFound(trpc.machines.firmware.get.queryOptions({ id })), prefetch(trpc.machines.firmware.rollouts.list.queryOptions({ page: 1, firmwareId: id }))]);
  return (
    <Hydrate>
      <FirmwarePage id={id} />
    </Hydrate>
  );
}
