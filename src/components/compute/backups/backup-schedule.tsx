"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { ScheduleForm } from "../copies/schedule-form.tsx";
import type { CopySchedule, VmDetail } from "../types.ts";

/** How often the VM's backups are taken by themselves, and how many of these are kept. */
export function BackupSchedule({ vm, schedule }: { vm: VmDetail; schedule: CopySchedule }) {
  const t = useTranslations("changes");
  const own = useTranslations("backups");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const allowed = useViewer().organization.permissions.includes("vm:backup");
  const save = useMutation(
    trpc.compute.backups.schedule.mutationOptions({
      onSuccess: (answer) => {
        queryClient.setQueryData(trpc.compute.backups.ofVm.queryKey({ id: vm.id }), answer);
        notify.done(t("schedule.saved"));
      },
    }),
  );
  return (
    <ScheduleForm
      key={`${schedule.everyHours}-${schedule.keep}`}
      description={own("schedule")}
      schedule={schedule}
      why={allowed ? null : t("noPermission")}
      onSave={(values) => save.mutate({ id: vm.id, ...values })}
      pending={save.isPending}
      error={save.error}
    />
  );
}
