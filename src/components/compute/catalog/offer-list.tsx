"use client";

import { Button, Drawer, UnstyledButton } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import classes from "./catalog.module.css";

interface OfferListProps<T extends { id: string }> {
  label: string;
  description: ReactNode;
  addLabel: string;
  query: { data?: { data: readonly T[] } | undefined; error: unknown; refetch: () => unknown };
  /** behind the column with the name, which opens the row */
  columns: readonly Column<T>[];
  /** of the first column; "Name" unless given */
  nameTitle?: string;
  nameOf: (row: T) => string;
  empty: { icon: ReactNode; title: string; text: ReactNode };
  editLabel: (row: T) => string;
  /** what stands in the drawer; null: a new one */
  renderForm: (row: T | null, close: () => void) => ReactNode;
}

/** A kind of thing in the catalog: all of them, and the drawer in which one is made or changed. */
export function OfferList<T extends { id: string }>({ label, description, addLabel, query, columns, nameTitle, nameOf, empty, editLabel, renderForm }: OfferListProps<T>) {
  const words = useTranslations("catalog.form");
  const [opened, setOpened] = useState<T | "new" | null>(null);
  const close = () => setOpened(null);
  const mayWrite = useMayWriteCatalog();
  const name: Column<T> = {
    key: "name",
    title: nameTitle ?? words("name"),
    render: (row) =>
      mayWrite ? (
        <UnstyledButton className={classes.open} onClick={() => setOpened(row)}>
          {nameOf(row)}
        </UnstyledButton>
      ) : (
        nameOf(row)
      ),
  };
  return (
    <>
      <Section
        title={label}
        description={description}
        flush
        actions={
          mayWrite && (
            <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpened("new")}>
              {addLabel}
            </Button>
          )
        }
      >
        <DataTable
          label={label}
          rows={query.data?.data}
          columns={[name, ...columns]}
          error={query.error}
          onRetry={() => void query.refetch()}
          empty={
            <EmptyState icon={empty.icon} title={empty.title}>
              {empty.text}
            </EmptyState>
          }
          {...(mayWrite ? { onRowClick: setOpened } : {})}
        />
      </Section>
      <Drawer opened={opened !== null} onClose={close} title={opened && (opened === "new" ? addLabel : editLabel(opened))} position="right" size="lg">
        {opened && renderForm(opened === "new" ? null : opened, close)}
      </Drawer>
    </>
  );
}

/** Whether the viewer may change what is for sale; who may only read sees the same lists without forms. */
export function useMayWriteCatalog(): boolean {
  return useViewer().me.permissions.includes("platform:catalog:write");
}
