"use client";

import { IconFileDescription, IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { ButtonLink } from "#components/ui/button-link.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { draftListOutput } from "#shared/machines/schema.ts";
import { WIZARD_STEPS } from "#shared/machines/states.ts";
import { DiscardDraft } from "./discard-draft.tsx";
import classes from "./draft-list.module.css";

type Draft = z.infer<typeof draftListOutput>["data"][number];

/** Machines whose onboarding was begun and left: where each goes on, and who began it. */
export function DraftList() {
  const t = useTranslations("machines.drafts");
  const steps = useTranslations("machines.wizard.steps");
  const { machines } = useTRPC();
  const state = useTableState();
  const mayWrite = useViewer().me.permissions.includes("platform:machines:write");
  const query = useQuery(machines.admin.drafts.queryOptions({ page: state.page }, { placeholderData: keepPreviousData }));
  const setup = (draft: Draft): string => `/admin/machines/${draft.id}/setup`;
  const columns: Column<Draft>[] = [
    {
      key: "name",
      title: t("name"),
      render: (draft) => (
        <span className={classes.name}>
          {mayWrite ? (
            <Link href={setup(draft)} className={classes.link}>
              {draft.name}
            </Link>
          ) : (
            draft.name
          )}
          <span className={classes.owner}>{draft.organizationName}</span>
        </span>
      ),
    },
    {
      key: "step",
      title: t("step"),
      render: (draft) => (
        <span className={classes.step}>
          <span className={classes.bar} aria-hidden>
            {WIZARD_STEPS.map((step, index) => (
              <span key={step} data-done={index < WIZARD_STEPS.indexOf(draft.wizardStep) || undefined} data-here={step === draft.wizardStep || undefined} />
            ))}
          </span>
          {t("stepOf", { step: WIZARD_STEPS.indexOf(draft.wizardStep) + 1, of: WIZARD_STEPS.length, name: steps(`${draft.wizardStep}.name`) })}
        </span>
      ),
    },
    { key: "by", title: t("startedBy"), from: "md", render: (draft) => draft.startedBy ?? <span className={classes.owner}>{t("nobody")}</span> },
    { key: "started", title: t("started"), align: "right", from: "md", render: (draft) => <RelativeTime at={draft.startedAt} /> },
    { key: "saved", title: t("saved"), align: "right", from: "sm", render: (draft) => <RelativeTime at={draft.savedAt} /> },
    ...(mayWrite
      ? [
          {
            key: "actions",
            title: "",
            align: "right" as const,
            from: "sm" as const,
            render: (draft: Draft) => (
              <span className={classes.actions}>
                <ButtonLink href={setup(draft)} variant="default" size="xs" aria-label={t("continueNamed", { name: draft.name })}>
                  {t("continue")}
                </ButtonLink>
                <DiscardDraft id={draft.id} name={draft.name} listed />
              </span>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} back={{ href: "/admin/machines", label: t("machines") }} />
      <Section flush>
        <DataTable
          label={t("title")}
          rows={query.data?.data}
          columns={columns}
          error={query.error}
          onRetry={() => void query.refetch()}
          stale={query.isPlaceholderData}
          state={state}
          {...(query.data ? { pagination: query.data.pagination } : {})}
          empty={
            <EmptyState
              icon={<IconFileDescription />}
              title={t("empty")}
              {...(mayWrite
                ? {
                    action: (
                      <ButtonLink href="/admin/machines/new" leftSection={<IconPlus size={16} aria-hidden />}>
                        {t("add")}
                      </ButtonLink>
                    ),
                  }
                : {})}
            >
              {t("emptyText")}
            </EmptyState>
          }
        />
      </Section>
    </>
  );
}
