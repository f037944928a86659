"use client";

import { Button, Modal, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, type UseMutationOptions, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import { useNotify } from "#components/ui/use-notify.ts";
import type { VmDetail } from "../types.ts";
import classes from "./copies.module.css";

interface TakeCopyDialogProps<Taken, Refusal> {
  vm: VmDetail;
  opened: boolean;
  onClose: () => void;
  /** the procedure that takes it */
  take: UseMutationOptions<Taken, Refusal, { id: string; name: string }>;
  title: string;
  /** what it holds, and what happens to the VM meanwhile */
  note: string;
  /** of the button */
  verb: string;
  /** told when it is under way */
  taking: string;
}

/** Asks for the name of a snapshot or a backup, and takes it. */
export function TakeCopyDialog<Taken, Refusal>({ opened, title, ...form }: TakeCopyDialogProps<Taken, Refusal>) {
  return (
    <Modal opened={opened} onClose={form.onClose} title={title}>
      <TakeCopyForm {...form} />
    </Modal>
  );
}

/** There only while the dialog is open: what was typed and refused is forgotten with it. */
function TakeCopyForm<Taken, Refusal>({ vm, take, note, verb, taking, onClose }: Omit<TakeCopyDialogProps<Taken, Refusal>, "opened" | "title">) {
  const t = useTranslations("changes.copies");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const form = useForm({ initialValues: { name: "" }, validate: { name: (value) => (value.trim() === "" ? t("nameMissing") : null) } });
  const copy = useMutation({
    ...take,
    onSuccess: () => {
      notify.done(taking);
      onClose();
      void queryClient.invalidateQueries(trpc.compute.pathFilter());
    },
  });
  return (
    <Form
      onSubmit={form.onSubmit(({ name }) => copy.mutate({ id: vm.id, name }))}
      error={copy.error}
      actions={
        <Button type="submit" loading={copy.isPending}>
          {verb}
        </Button>
      }
    >
      <TextInput label={t("nameLabel")} description={t("nameHelp")} maxLength={64} data-autofocus {...form.getInputProps("name")} error={form.errors["name"] ?? fieldErrors(copy.error)["name"]} />
      <p className={classes.note}>{note}</p>
    </Form>
  );
}
