"use client";

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { HOST_STATUSES, type HostStatus } from "#shared/compute/host-states.ts";
import { HostError } from "./host-error.tsx";
import type { HostDetail } from "./types.ts";

/** Takes the host in and out of service, after saying what that means. */
export function HostStatusButtons({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.status");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [wanted, setWanted] = useState<HostStatus | null>(null);
  const set = useMutation(
    trpc.compute.hosts.setStatus.mutationOptions({
      onSuccess: (now) => {
        notify.done(t(`done.${now.status}`, { name: now.name }));
        setWanted(null);
        void queryClient.invalidateQueries(trpc.compute.hosts.pathFilter());
      },
    }),
  );
  const shown = wanted ?? "active";
  return (
    <>
      {HOST_STATUSES.filter((status) => status !== host.status)
        .toReversed()
        .map((status) => (
          <Button key={status} variant="default" onClick={() => setWanted(status)}>
            {t(`to.${status}`)}
          </Button>
        ))}
      <ConfirmDialog
        opened={wanted !== null}
        onClose={() => {
          set.reset();
          setWanted(null);
        }}
        title={t(`title.${shown}`, { name: host.name })}
        confirmLabel={t(`to.${shown}`)}
        pending={set.isPending}
        onConfirm={() => wanted && set.mutate({ id: host.id, status: wanted })}
      >
        {t(`text.${shown}`)}
        {set.error && <HostError error={set.error} title={t("failed")} />}
      </ConfirmDialog>
    </>
  );
}
