"use client";

import { ActionIcon, TextInput, Tooltip } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { VM_NAME } from "#shared/compute/names.ts";
import { vmAllows } from "#shared/compute/states.ts";
import type { VmDetail } from "../types.ts";
import classes from "./vm-title.module.css";

/** The VM's name, renamed in place: Enter keeps it, Escape does not. */
export function VmTitle({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.rename");
  const mayRename = useViewer().organization.permissions.includes("vm:update") && vmAllows(vm.status, "rename");
  const [draft, setDraft] = useState<string | null>(null);
  const rename = useRename(vm);
  if (draft === null) {
    return (
      <span className={classes.title}>
        {vm.name}
        {mayRename && (
          <Tooltip label={t("rename")}>
            <ActionIcon size={26} aria-label={t("renameNamed", { name: vm.name })} onClick={() => setDraft(vm.name)}>
              <IconPencil size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
    );
  }
  const name = draft.trim();
  const valid = VM_NAME.test(name);
  const keep = () => {
    if (!valid) return;
    if (name !== vm.name) rename(name);
    setDraft(null);
  };
  return (
    <TextInput
      aria-label={t("label")}
      className={classes.field}
      value={draft}
      maxLength={63}
      autoFocus
      spellCheck={false}
      error={valid ? null : t("invalid")}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.currentTarget.value.toLowerCase())}
      onBlur={() => (valid ? keep() : setDraft(null))}
      onKeyDown={(event) => {
        if (event.key === "Enter") keep();
        if (event.key === "Escape") setDraft(null);
      }}
    />
  );
}

/** Renames at once on screen; the old name comes back when the server refuses. */
function useRename(vm: VmDetail) {
  const t = useTranslations("vm.rename");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const key = trpc.compute.vms.get.queryKey({ id: vm.id });
  const { mutate } = useMutation(
    trpc.compute.vms.update.mutationOptions({
      onMutate: ({ name }) => {
        if (name) queryClient.setQueryData(key, (before) => before && { ...before, name });
        return { name: vm.name };
      },
      onSuccess: () => notify.done(t("done")),
      onError: (error, _input, context) => {
        const old = context?.name;
        if (old) queryClient.setQueryData(key, (before) => before && { ...before, name: old });
        notify.failed(t("failed"), error);
      },
      onSettled: () => void queryClient.invalidateQueries(trpc.compute.vms.pathFilter()),
    }),
  );
  return (name: string) => mutate({ id: vm.id, name });
}
