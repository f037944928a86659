import { Button, UnstyledButton } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useViewer } from "#components/layout/viewer-context.tsx";
import { type Column, DataTable } from "#components/table/data-table.tsx";
import { Section } from "#components/ui/section.tsx";
import classes from "./catalog.module.css";

interface OfferListProps<T extends { id: string }> {
  label: string;
  description: ReactNode;
  addLabel: string;
  query: { data?: { data: readonly T[] } | undefined; error: unknown; refetch: () => unknown };
  /** behind the column with the name, which opens the row */
  columns: readonly Column<T>[];
  nameTitle: string;
  nameOf: (row: T) => string;
  empty: ReactNode;
  /** "new": an empty form */
  onOpen: (row: T | "new") => void;
}

/** A kind of thing in the catalog: all of them, and the way to add and to change one. */
export function OfferList<T extends { id: string }>({ label, description, addLabel, query, columns, nameTitle, nameOf, empty, onOpen }: OfferListProps<T>) {
  const mayWrite = useMayWriteCatalog();
  const name: Column<T> = {
    key: "name",
    title: nameTitle,
    render: (row) =>
      mayWrite ? (
        <UnstyledButton className={classes.open} onClick={() => onOpen(row)}>
          {nameOf(row)}
        </UnstyledButton>
      ) : (
        nameOf(row)
      ),
  };
  return (
    <Section
      title={label}
      description={description}
      flush
      actions={
        mayWrite && (
          <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onOpen("new")}>
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
        empty={empty}
        {...(mayWrite ? { onRowClick: onOpen } : {})}
      />
    </Section>
  );
}

/** Whether the viewer may change what is for sale; who may only read sees the same lists without forms. */
export function useMayWriteCatalog(): boolean {
  return useViewer().me.permissions.includes("platform:catalog:write");
}
