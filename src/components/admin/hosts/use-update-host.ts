import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import { fieldErrors } from "#components/form/server-errors.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import type { HostDetail } from "./types.ts";

interface UpdateOptions {
  /** what is said when it is done */
  saved: string;
  onErrors: (errors: Record<string, string>) => void;
  onSaved?: (host: HostDetail) => void;
}

/** Saves a part of a host; what the server finds fault with goes to the form's fields. */
export function useUpdateHost({ saved, onErrors, onSaved }: UpdateOptions) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  return useMutation(
    trpc.compute.hosts.update.mutationOptions({
      onSuccess: (host) => {
        notify.done(saved);
        onSaved?.(host);
        void queryClient.invalidateQueries(trpc.compute.hosts.pathFilter());
      },
      onError: (error) => onErrors(fieldErrors(error)),
    }),
  );
}
