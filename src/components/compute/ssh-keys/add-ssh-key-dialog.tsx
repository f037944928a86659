"use client";

import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { errorBodyOf } from "#components/api/errors.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { SshKey } from "../types.ts";
import { commentOf, looksLikePublicKey } from "./public-key.ts";

interface AddSshKeyDialogProps {
  opened: boolean;
  onClose: () => void;
  onCreated: (key: SshKey) => void;
}

/** Saves a public key under a name. */
export function AddSshKeyDialog({ opened, onClose, onCreated }: AddSshKeyDialogProps) {
  const t = useTranslations("vm.sshKeys");
  return (
    <Modal opened={opened} onClose={onClose} title={t("add")} size="lg">
      <AddSshKeyForm onClose={onClose} onCreated={onCreated} />
    </Modal>
  );
}

function AddSshKeyForm({ onClose, onCreated }: Omit<AddSshKeyDialogProps, "opened">) {
  const t = useTranslations("vm.sshKeys");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const form = useForm({
    initialValues: { name: "", publicKey: "" },
    validate: {
      publicKey: (value) => (value.includes("PRIVATE KEY") ? t("private") : looksLikePublicKey(value) ? null : t("invalid")),
      name: (value) => (value.trim() === "" ? t("nameMissing") : null),
    },
  });
  const create = useMutation(
    trpc.compute.sshKeys.create.mutationOptions({
      onSuccess: async (key) => {
        await queryClient.invalidateQueries(trpc.compute.sshKeys.pathFilter());
        notify.done(t("added", { name: key.name }));
        onCreated(key);
      },
      onError: (error) => {
        const body = errorBodyOf(error);
        // The server reads the key to the last byte and says what is wrong with it, in English.
        if (body?.code === "INVALID_REQUEST") form.setFieldError("publicKey", body.message);
        if (body?.code === "CONFLICT") form.setFieldError("publicKey", t("exists"));
      },
    }),
  );
  // The dialog may stand inside another form in React's tree: its submit must not reach that one.
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.stopPropagation();
    form.onSubmit((values) => create.mutate(values))(event);
  };
  const onKey = (publicKey: string) => {
    form.setFieldValue("publicKey", publicKey);
    const comment = commentOf(publicKey);
    if (comment && form.values.name === "") form.setFieldValue("name", comment);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Textarea
        label={t("publicKey")}
        description={t("publicKeyHelp")}
        placeholder="ssh-ed25519 AAAA…"
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
        autosize
        minRows={4}
        maxRows={8}
        spellCheck={false}
        required
        data-autofocus
        {...form.getInputProps("publicKey")}
        onChange={(event) => onKey(event.currentTarget.value)}
      />
      <TextInput label={t("name")} description={t("nameHelp")} mt="md" required maxLength={64} {...form.getInputProps("name")} />
      {create.error && form.errors.publicKey === undefined && <ErrorState error={create.error} title={t("addFailed")} compact />}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={create.isPending}>
          {t("add")}
        </Button>
      </Group>
    </form>
  );
}
