import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Hydrate } from "#components/api/hydrate.tsx";
import { prefetch, trpc } from "#components/api/server.ts";
import { SshKeyList } from "#components/compute/ssh-keys/ssh-key-list.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("vm.sshKeys");
  return { title: t("title") };
}

export default async function Page() {
  await prefetch(trpc.compute.sshKeys.list.queryOptions());
  return (
    <Hydrate>
      <SshKeyList />
    </Hydrate>
  );
}
