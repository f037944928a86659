"use client";

import { Button, Modal, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconLock } from "@tabler/icons-react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { Form } from "#components/form/form.tsx";
import { fieldErrors } from "#components/form/server-errors.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { CopyText } from "#components/ui/copy-text.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import { useNotify } from "#components/ui/use-notify.ts";
import { formatCredits } from "#shared/credits.ts";
import type { OutstandingHold } from "./types.ts";

/** Credits that operations hold, of everybody or of one organization; what was left over can be given back. */
export function HoldList({ organizationId }: { organizationId?: string }) {
  const t = useTranslations("admin.holds");
  const mayVoid = useViewer().me.permissions.includes("platform:credits:grant");
  const state = useTableState("h");
  const [chosen, setChosen] = useState<OutstandingHold | null>(null);
  const query = useQuery(useTRPC().platform.holds.queryOptions({ page: state.page, ...(organizationId === undefined ? {} : { organizationId }) }, { placeholderData: keepPreviousData }));
  const columns: Column<OutstandingHold>[] = [
    ...(organizationId === undefined
      ? [{ key: "customer", title: t("customer"), render: (hold: OutstandingHold) => <TextLink href={`/admin/customers/${hold.organizationId}`}>{hold.organizationName}</TextLink> }]
      : []),
    { key: "what", title: t("what"), from: "sm", render: (hold) => (hold.subjectId === null ? hold.description : <CopyText value={hold.subjectId} label={t("what")} />) },
    { key: "amount", title: t("amount"), align: "right", render: (hold) => <Credits micro={hold.amount} /> },
    { key: "since", title: t("since"), from: "sm", render: (hold) => <RelativeTime at={hold.createdAt} /> },
    { key: "until", title: t("until"), from: "md", render: (hold) => <RelativeTime at={hold.expiresAt} fallback={t("untilDone")} /> },
    { key: "state", title: t("state"), from: "md", render: (hold) => t(hold.underWay ? "underWay" : "over") },
    ...(mayVoid
      ? [
          {
            key: "void",
            title: "",
            align: "right" as const,
            render: (hold: OutstandingHold) =>
              !hold.underWay && (
                <Button variant="default" size="xs" aria-label={t("voidNamed", { amount: formatCredits(hold.amount), name: hold.organizationName })} onClick={() => setChosen(hold)}>
                  {t("void")}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <Section title={t("title")} description={t("text")} flush>
      <DataTable
        label={t("title")}
        rows={query.data?.data}
        columns={columns}
        stale={query.isPlaceholderData}
        error={query.error}
        onRetry={() => void query.refetch()}
        state={state}
        {...(query.data ? { pagination: query.data.pagination } : {})}
        empty={
          <EmptyState icon={<IconLock />} title={t("none")} compact>
            {t("noneText")}
          </EmptyState>
        }
      />
      <Modal opened={chosen !== null} onClose={() => setChosen(null)} title={t("voidTitle")} size="md">
        {chosen && <VoidForm hold={chosen} onClose={() => setChosen(null)} />}
      </Modal>
    </Section>
  );
}

function VoidForm({ hold, onClose }: { hold: OutstandingHold; onClose: () => void }) {
  const t = useTranslations("admin.holds");
  const grant = useTranslations("admin.grant");
  const common = useTranslations("common.actions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const notify = useNotify();
  const form = useForm({ initialValues: { reason: "" }, validate: { reason: (value) => (value.trim().length < 3 ? grant("reasonMissing") : null) } });
  const give = useMutation(
    trpc.platform.voidHold.mutationOptions({
      onSuccess: () => {
        notify.done(t("done", { amount: formatCredits(hold.amount), name: hold.organizationName }));
        void queryClient.invalidateQueries(trpc.platform.pathFilter());
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    }),
  );
  return (
    <Form
      onSubmit={form.onSubmit(({ reason }) => give.mutate({ id: hold.id, reason: reason.trim() }))}
      error={give.error}
      actions={
        <>
          <Button variant="default" onClick={onClose} disabled={give.isPending}>
            {common("cancel")}
          </Button>
          <Button type="submit" loading={give.isPending}>
            {t("void")}
          </Button>
        </>
      }
    >
      <p>{t("voidText", { amount: formatCredits(hold.amount), name: hold.organizationName })}</p>
      <TextInput label={grant("reason")} description={t("reasonHelp")} maxLength={200} data-autofocus {...form.getInputProps("reason")} />
    </Form>
  );
}
