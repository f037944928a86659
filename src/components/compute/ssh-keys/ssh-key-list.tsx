"use client";

import { ActionIcon, Button } from "@mantine/core";
import { IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { DataTable } from "#components/table/data-table.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { CopyText } from "#components/ui/copy-text.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import type { SshKey } from "../types.ts";
import { AddSshKeyDialog } from "./add-ssh-key-dialog.tsx";

/** Saved public keys: add one, copy one, delete one. */
export function SshKeyList() {
  const t = useTranslations("vm.sshKeys");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const { permissions } = useViewer().organization;
  const [adding, setAdding] = useQueryState("new", parseAsBoolean.withDefault(false));
  const [asked, setAsked] = useState<SshKey | null>(null);
  const query = useQuery(trpc.compute.sshKeys.list.queryOptions());
  const remove = useMutation(
    trpc.compute.sshKeys.delete.mutationOptions({
      onSuccess: () => {
        setAsked(null);
        notify.done(t("deleted"));
        void queryClient.invalidateQueries(trpc.compute.sshKeys.pathFilter());
      },
    }),
  );
  const add = permissions.includes("sshkey:create") && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => void setAdding(true)}>
      {t("add")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={add} />
      <Section flush>
        <DataTable
          label={t("title")}
          rows={query.data?.data}
          columns={[
            { key: "name", title: t("name"), render: (key) => key.name },
            {
              key: "fingerprint",
              title: t("fingerprint"),
              from: "sm",
              render: (key) => (
                <CopyText value={key.publicKey} label={t("publicKey")}>
                  {key.fingerprint}
                </CopyText>
              ),
            },
            { key: "added", title: t("addedAt"), width: 130, render: (key) => <RelativeTime at={key.createdAt} /> },
            {
              key: "actions",
              title: "",
              width: 52,
              align: "right",
              render: (key) =>
                permissions.includes("sshkey:delete") && (
                  <ActionIcon aria-label={t("deleteNamed", { name: key.name })} onClick={() => setAsked(key)}>
                    <IconTrash size={16} stroke={1.6} aria-hidden />
                  </ActionIcon>
                ),
            },
          ]}
          error={query.error}
          onRetry={() => void query.refetch()}
          empty={
            <EmptyState icon={<IconKey />} title={t("empty")} action={add}>
              {t("emptyText")}
            </EmptyState>
          }
        />
      </Section>
      <AddSshKeyDialog opened={adding} onClose={() => void setAdding(null)} onCreated={() => void setAdding(null)} />
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={t("askTitle", { name: asked?.name ?? "" })}
        confirmLabel={t("delete")}
        onConfirm={() => asked && remove.mutate({ id: asked.id })}
        pending={remove.isPending}
        error={remove.error}
        danger
      >
        {t("ask")}
      </ConfirmDialog>
    </>
  );
}
