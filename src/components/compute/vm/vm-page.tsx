"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { PageSkeleton } from "#components/ui/skeletons.tsx";
import { vmIsGone } from "#shared/compute/states.ts";
import { OperationDrawer } from "../operations/operation-drawer.tsx";
import type { VmDetail } from "../types.ts";
import { VmSize } from "../vm-size.tsx";
import { VmState } from "../vm-state.tsx";
import { PowerButtons } from "./power-buttons.tsx";
import { VmNotice } from "./vm-notice.tsx";
import { VmOperation } from "./vm-operation.tsx";
import { VmTabs } from "./vm-tabs.tsx";
import { VmTitle } from "./vm-title.tsx";

/** Everything about one VM. Its state, operations and usage are live. */
export function VmPage({ id }: { id: string }) {
  const t = useTranslations("vm.detail");
  const query = useQuery(useTRPC().compute.vms.get.queryOptions({ id }));
  if (query.data) return <VmContent vm={query.data} />;
  return query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} /> : <PageSkeleton />;
}

function VmContent({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.detail");
  return (
    <>
      <PageHeader
        back={{ href: "/vms", label: t("back") }}
        title={<VmTitle vm={vm} />}
        state={<VmState vm={vm} />}
        description={
          <>
            <VmSize resources={vm.resources} /> · {vm.imageName} · <CopyText value={vm.id} label={t("id")} />
          </>
        }
        actions={vmIsGone(vm.status) ? undefined : <PowerButtons vm={vm} />}
      />
      <VmNotice vm={vm} />
      <VmOperation vm={vm} />
      <VmTabs vm={vm} />
      <OperationDrawer />
    </>
  );
}
