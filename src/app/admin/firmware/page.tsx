import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { firmwareInput } from "#components/firmware/firmware-input.ts";
import { FirmwareList } from "#components/firmware/firmware-list.tsx";
import { listInputOf } from "#components/table/list-input.ts";

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("firmware.list");
  return { title: t("title") };
}

export default async function Page({ searchParams }: PageProps) {
  const { page, status, search } = listInputOf(await searchParams, ["archived"] as const);
  const { firmware } = trpc.machines;
  await prefetch(firmware.list.queryOptions(firmwareInput({ page, status, q: search })), firmware.rollouts.list.queryOptions({ page: 1 }), firmware.key.queryOptions());
  return (
    <Hydrate>
      <FirmwareList />
    </Hydrate>
  );
}
