"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { ScheduleForm } from "../copies/schedule-form.tsx";
import type { CopySchedule, VmDetail } from "../types.ts";

/** How often the VM's snapshots are taken by themselves, and how many of these are kept. */
export function SnapshotSchedule({ vm, schedule }: { vm: VmDetail; schedule: CopySchedule }) {
  const t = useTranslations("changes");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const allowed = useViewer().organization.permissions.includes("vm:snapshot");
  const save = useMutation(
    trpc.compute.snapshots.schedule.mutationOptions({
      onSuccess: (answer) => {
        queryClient.setQueryData(trpc.compute.snapshots.list.queryKey({ id: vm.id }), answer);
        notify.done(t("schedule.saved"));
      },
    }),
  );
  return (
    <ScheduleForm
      key={`${schedule.everyHours}-${schedule.keep}`}
      description={t("snapshots.schedule")}
      schedule={schedule}
      why={allowed ? null : t("noPermission")}
      onSave={(values) => save.mutate({ id: vm.id, ...values })}
      pending={save.isPending}
      error={save.error}
    />
  );
}
