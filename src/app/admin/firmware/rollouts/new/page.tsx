import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { fetchOrNotFound, trpc } from "#components/api/server.ts";
import { NewRollout } from "#components/firmware/new-rollout.tsx";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("firmware.plan");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const { firmware } = await searchParams;
  if (typeof firmware !== "string") notFound();
  await fetchOrNotFound(trpc.machines.firmware.get.queryOptions({ id: firmware }));
  return (
    <Hydrate>
      <NewRollout firmwareId={firmware} />
    </Hydrate>
  );
}
