"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import type { Project } from "#components/compute/types.ts";
import { useNotify } from "#components/ui/use-notify.ts";

/** Creates a project and puts it into the lists at once. */
export function useCreateProject(onCreated: (project: Project) => void) {
  const t = useTranslations("projects");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  return useMutation(
    trpc.compute.projects.create.mutationOptions({
      onSuccess: async (project) => {
        // Awaited, so that whoever chooses the new project next finds it in the list.
        await queryClient.invalidateQueries(trpc.compute.projects.pathFilter());
        notify.done(t("created", { name: project.name }));
        onCreated(project);
      },
      onError: (error) => notify.failed(t("createFailed"), error),
    }),
  );
}

/** Renames a project. */
export function useRenameProject(onDone: () => void) {
  const t = useTranslations("projects");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  return useMutation(
    trpc.compute.projects.rename.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries(trpc.compute.projects.pathFilter());
        void queryClient.invalidateQueries(trpc.compute.vms.get.pathFilter());
        onDone();
      },
      onError: (error) => notify.failed(t("renameFailed"), error),
    }),
  );
}

/** Deletes a project; its error belongs into the dialog that asked. */
export function useDeleteProject(onDone: () => void) {
  const t = useTranslations("projects");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  return useMutation(
    trpc.compute.projects.delete.mutationOptions({
      onSuccess: (_, input) => {
        void queryClient.invalidateQueries(trpc.compute.pathFilter());
        notify.done(t(input.deleteVms ? "deletingWithVms" : "deleted"));
        onDone();
      },
    }),
  );
}
