"use client";

import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { Project } from "#components/compute/types.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useCreateProject, useDeleteProject, useRenameProject } from "./use-project-mutations.ts";

/** Asks for the name of a new project. */
export function CreateProjectDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations("projects");
  const create = useCreateProject(onClose);
  return (
    <Modal opened={opened} onClose={onClose} title={t("create")}>
      <NameForm initial="" submitLabel={t("create")} pending={create.isPending} onSubmit={(name) => create.mutate({ name })} onCancel={onClose} />
    </Modal>
  );
}

/** Asks for another name; null: closed. */
export function RenameProjectDialog({ project, onClose }: { project: Project | null; onClose: () => void }) {
  const t = useTranslations("projects");
  const rename = useRenameProject(onClose);
  return (
    <Modal opened={project !== null} onClose={onClose} title={t("renameTitle", { name: project?.name ?? "" })}>
      {project && <NameForm initial={project.name} submitLabel={t("save")} pending={rename.isPending} onSubmit={(name) => rename.mutate({ id: project.id, name })} onCancel={onClose} />}
    </Modal>
  );
}

function NameForm({ initial, submitLabel, pending, onSubmit, onCancel }: { initial: string; submitLabel: string; pending: boolean; onSubmit: (name: string) => void; onCancel: () => void }) {
  const t = useTranslations("projects");
  const [name, setName] = useState(initial);
  const ready = name.trim() !== "" && name.trim() !== initial;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !pending) onSubmit(name.trim());
  };
  return (
    <form onSubmit={submit}>
      <TextInput label={t("newName")} value={name} maxLength={64} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onCancel}>
          {t("cancel")}
        </Button>
        <Button type="submit" disabled={!ready} loading={pending}>
          {submitLabel}
        </Button>
      </Group>
    </form>
  );
}

/** Asks before a project is deleted; one with VMs takes them along, so its name has to be typed. null: closed. */
export function DeleteProjectDialog({ project, onClose }: { project: Project | null; onClose: () => void }) {
  const t = useTranslations("projects");
  const remove = useDeleteProject(onClose);
  const close = () => {
    remove.reset();
    onClose();
  };
  const holds = project !== null && project.vmCount > 0;
  return (
    <ConfirmDialog
      opened={project !== null}
      onClose={close}
      title={t("askTitle", { name: project?.name ?? "" })}
      confirmLabel={holds ? t("deleteWithVms") : t("delete")}
      onConfirm={() => project && remove.mutate({ id: project.id, deleteVms: holds })}
      pending={remove.isPending}
      error={remove.error}
      danger
      {...(holds ? { typeName: project.name } : {})}
    >
      {holds ? t("askVms", { count: project.vmCount }) : t("askEmpty")}
    </ConfirmDialog>
  );
}
