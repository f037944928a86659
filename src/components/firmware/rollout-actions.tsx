"use client";

import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { RolloutDetail } from "./types.ts";

type Action = "start" | "pause" | "resume" | "abort" | "discard";

const ACTIONS: Record<RolloutDetail["status"], readonly Action[]> = { draft: ["discard", "start"], running: ["abort", "pause"], paused: ["abort", "resume"], completed: [], aborted: [] };
/** Asked for once more before it is done. */
const ASKED: readonly Action[] = ["start", "abort", "discard", "resume"];

/** What can be done with a rollout in its state. */
export function RolloutActions({ rollout }: { rollout: RolloutDetail }) {
  const words = useTranslations("firmware");
  const t = useTranslations("firmware.actions");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const [asked, setAsked] = useState<Action | null>(null);
  const { rollouts } = trpc.machines.firmware;
  const done = (action: Action) => ({
    onSuccess: () => {
      setAsked(null);
      notify.done(t(`done.${action}`, { name: rollout.name }));
      void queryClient.invalidateQueries(trpc.machines.firmware.pathFilter());
      if (action === "discard") router.push(`/admin/firmware/${rollout.firmwareId}`);
    },
    onError: (error: unknown) => {
      if (!ASKED.includes(action)) notify.failed(t("notDone"), error);
    },
  });
  const mutations = {
    start: useMutation(rollouts.start.mutationOptions(done("start"))),
    pause: useMutation(rollouts.pause.mutationOptions(done("pause"))),
    resume: useMutation(rollouts.resume.mutationOptions(done("resume"))),
    abort: useMutation(rollouts.abort.mutationOptions(done("abort"))),
    discard: useMutation(rollouts.discard.mutationOptions(done("discard"))),
  };
  const run = (action: Action) => mutations[action].mutate({ id: rollout.id });
  const shown = asked ?? "start";
  return (
    <>
      {ACTIONS[rollout.status].map((action) => (
        <Button
          key={action}
          variant={action === "start" || action === "resume" ? "filled" : "default"}
          loading={mutations[action].isPending && asked === null}
          onClick={() => (ASKED.includes(action) ? setAsked(action) : run(action))}
        >
          {words(`actions.${action}`)}
        </Button>
      ))}
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => {
          mutations[shown].reset();
          setAsked(null);
        }}
        title={t(`title.${shown}`, { name: rollout.name })}
        confirmLabel={words(`actions.${shown}`)}
        danger={shown === "abort" || shown === "discard"}
        pending={mutations[shown].isPending}
        error={mutations[shown].error}
        onConfirm={() => run(shown)}
      >
        {t(`text.${shown}`)}
      </ConfirmDialog>
    </>
  );
}
