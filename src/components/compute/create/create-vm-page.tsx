"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import type { Backup } from "../types.ts";
import { CreateVm } from "./create-vm.tsx";
import { OFFERED_BACKUPS } from "./offered-backups.ts";

/** Waits until all that can be chosen is known, so that the form begins with good choices. */
export function CreateVmPage() {
  const t = useTranslations("vm.create");
  const trpc = useTRPC();
  const [projectId] = useQueryState("project", parseAsString.withDefault(""));
  const catalog = useQuery(trpc.compute.catalog.queryOptions());
  const projects = useQuery(trpc.compute.projects.list.queryOptions({ limit: 100 }));
  const sshKeys = useQuery(trpc.compute.sshKeys.list.queryOptions());
  const vms = useQuery(trpc.compute.vms.list.queryOptions({ limit: 1, includeGone: true }));
  const backups = useQuery(trpc.compute.backups.list.queryOptions(OFFERED_BACKUPS));
  const asked = useAskedBackup(backups.data?.data);
  const failed = [catalog, projects, sshKeys, vms, backups].find((query) => query.error && !query.data);
  return (
    <>
      <PageHeader back={{ href: "/vms", label: t("back") }} title={t("title")} />
      {catalog.data && projects.data && sshKeys.data && vms.data && backups.data && !asked.pending ? (
        <CreateVm
          catalog={catalog.data}
          projects={projects.data.data}
          sshKeys={sshKeys.data.data}
          backups={[...backups.data.data, ...asked.older].filter(({ status }) => status === "ready")}
          backupId={asked.id}
          vmCount={vms.data.pagination.total}
          projectId={projectId}
        />
      ) : failed ? (
        <ErrorState error={failed.error} title={t("loadFailed")} onRetry={() => void failed.refetch()} />
      ) : (
        <PageSkeleton />
      )}
    </>
  );
}

/** The backup that the address asks for, when it is too old to be among the `newest`. One that is not there any more is left out. */
function useAskedBackup(newest: readonly Backup[] | undefined): { id: string; pending: boolean; older: Backup[] } {
  const [id] = useQueryState("backup", parseAsString.withDefault(""));
  const missing = id !== "" && newest !== undefined && !newest.some((backup) => backup.id === id);
  const query = useQuery(useTRPC().compute.backups.get.queryOptions(missing ? { id } : skipToken, { retry: false }));
  return { id, pending: missing && query.isPending, older: query.data ? [query.data] : [] };
}
