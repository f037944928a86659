"use client";

import { Button, Modal, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import type { VmDetail } from "../types.ts";
import classes from "./snapshots.module.css";

/** Names a snapshot and takes it. */
export function TakeSnapshotDialog({ vm, opened, onClose }: { vm: VmDetail; opened: boolean; onClose: () => void }) {
  const t = useTranslations("changes.snapshots");
  return (
    <Modal opened={opened} onClose={onClose} title={t("takeTitle", { name: vm.name })}>
      <TakeSnapshotForm vm={vm} onClose={onClose} />
    </Modal>
  );
}

function TakeSnapshotForm({ vm, onClose }: { vm: VmDetail; onClose: () => void }) {
  const t = useTranslations("changes.snapshots");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const form = useForm({ initialValues: { name: "" }, validate: { name: (value) => (value.trim() === "" ? t("nameMissing") : null) } });
  const take = useMutation(
    trpc.compute.snapshots.take.mutationOptions({
      onSuccess: () => {
        notify.done(t("taking"));
        onClose();
        void queryClient.invalidateQueries(trpc.compute.pathFilter());
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    }),
  );
  return (
    <Form
      onSubmit={form.onSubmit(({ name }) => take.mutate({ id: vm.id, name }))}
      error={take.error}
      actions={
        <Button type="submit" loading={take.isPending}>
          {t("take")}
        </Button>
      }
    >
      <TextInput label={t("nameLabel")} description={t("nameHelp")} maxLength={64} data-autofocus {...form.getInputProps("name")} />
      <p className={classes.note}>{t(vm.status === "running" ? "withMemoryNote" : "withoutMemoryNote")}</p>
    </Form>
  );
}
