"use client";

import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDots, IconFolder, IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { QuotaSection } from "#components/compute/quota/quota-section.tsx";
import type { Project } from "#components/compute/types.ts";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { DataTable } from "#components/table/data-table.tsx";
import { useTableState } from "#components/table/use-table-state.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { CreateProjectDialog, DeleteProjectDialog, RenameProjectDialog } from "./project-dialogs.tsx";

/** The organization's projects with how much is in each. */
export function ProjectList() {
  const t = useTranslations("projects");
  const { permissions } = useViewer().organization;
  const state = useTableState();
  const [creating, setCreating] = useQueryState("new", parseAsBoolean.withDefault(false));
  const [renamed, setRenamed] = useState<Project | null>(null);
  const [deleted, setDeleted] = useState<Project | null>(null);
  const query = useQuery(useTRPC().compute.projects.list.queryOptions({ page: state.page }, { placeholderData: keepPreviousData }));
  const create = permissions.includes("project:create") && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => void setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={create} />
      <Rows>
        <Section flush>
          <DataTable
            label={t("title")}
            rows={query.data?.data}
            columns={[
              { key: "name", title: t("name"), render: (project) => project.name },
              { key: "vms", title: t("vms"), width: 110, render: (project) => t("vmCount", { count: project.vmCount }) },
              { key: "created", title: t("createdAt"), width: 140, from: "sm", render: (project) => <RelativeTime at={project.createdAt} /> },
              {
                key: "actions",
                title: "",
                width: 52,
                align: "right",
                render: (project) => <ProjectMenu project={project} permissions={permissions} onRename={() => setRenamed(project)} onDelete={() => setDeleted(project)} />,
              },
            ]}
            rowHref={(project) => `/vms?project=${project.id}`}
            stale={query.isPlaceholderData}
            error={query.error}
            onRetry={() => void query.refetch()}
            empty={
              <EmptyState icon={<IconFolder />} title={t("empty")} action={create}>
                {t("emptyText")}
              </EmptyState>
            }
            state={state}
            {...(query.data ? { pagination: query.data.pagination } : {})}
          />
        </Section>
        <QuotaSection />
      </Rows>
      <CreateProjectDialog opened={creating} onClose={() => void setCreating(null)} />
      <RenameProjectDialog project={renamed} onClose={() => setRenamed(null)} />
      <DeleteProjectDialog project={deleted} onClose={() => setDeleted(null)} />
    </>
  );
}

interface ProjectMenuProps {
  project: Project;
  permissions: readonly string[];
  onRename: () => void;
  onDelete: () => void;
}

function ProjectMenu({ project, permissions, onRename, onDelete }: ProjectMenuProps) {
  const t = useTranslations("projects");
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon aria-label={t("actions", { name: project.name })}>
          <IconDots size={18} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} href={`/vms/new?project=${project.id}`} disabled={!permissions.includes("vm:create")}>
          {t("newVm")}
        </Menu.Item>
        <Menu.Item onClick={onRename} disabled={!permissions.includes("project:update")}>
          {t("rename")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="red" onClick={onDelete} disabled={!permissions.includes("project:delete")}>
          {t("delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
