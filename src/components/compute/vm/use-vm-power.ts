"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import { type PowerAction, VM_TRANSITIONS } from "#shared/compute/states.ts";
import type { VmDetail } from "../types.ts";

/** Sends a power action. The state on screen moves at once; it moves back when the server refuses. */
export function useVmPower(vm: Pick<VmDetail, "id" | "name">) {
  const t = useTranslations("vm.power");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const key = trpc.compute.vms.get.queryKey({ id: vm.id });

  const options = (action: PowerAction) => ({
    onMutate: async () => {
      await queryClient.cancelQueries({ queryKey: key });
      const before = queryClient.getQueryData(key);
      if (before) queryClient.setQueryData(key, { ...before, status: VM_TRANSITIONS[action].during });
      return { before };
    },
    onError: (error: unknown, _input: unknown, context: { before: VmDetail | undefined } | undefined) => {
      if (context?.before) queryClient.setQueryData(key, context.before);
      notify.failed(t(`failed.${action}`, { name: vm.name }), error);
    },
    onSettled: () => void queryClient.invalidateQueries(trpc.compute.pathFilter()),
  });

  const start = useMutation(trpc.compute.vms.start.mutationOptions(options("start")));
  const stop = useMutation(trpc.compute.vms.stop.mutationOptions(options("stop")));
  const shutdown = useMutation(trpc.compute.vms.shutdown.mutationOptions(options("shutdown")));
  const restart = useMutation(trpc.compute.vms.restart.mutationOptions(options("restart")));
  const reset = useMutation(trpc.compute.vms.reset.mutationOptions(options("reset")));
  const suspend = useMutation(trpc.compute.vms.suspend.mutationOptions(options("suspend")));
  const resume = useMutation(trpc.compute.vms.resume.mutationOptions(options("resume")));
  const mutations = { start, stop, shutdown, restart, reset, suspend, resume };
  return {
    send: (action: PowerAction) => mutations[action].mutate({ id: vm.id }),
    pending: Object.values(mutations).some((mutation) => mutation.isPending),
  };
}
