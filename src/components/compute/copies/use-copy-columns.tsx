"use client";

import { useTranslations } from "next-intl";
import type { Column } from "#components/table/data-table.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import { useByteWords } from "../vm/byte-words.ts";
import classes from "./copies.module.css";

/** What snapshots and backups have in common. */
interface Copy {
  name: string;
  automatic: boolean;
  status: "creating" | "ready" | "restoring" | "deleting";
  sizeMb: number | null;
  createdAt: string;
}

/** Columns of a list of snapshots or backups; `about` says more of one, below its name. On phones they are one column: what the others say (`onPhones` too) stands below the name. */
export function useCopyColumns<T extends Copy>(about: (copy: T) => string, onPhones?: (copy: T) => string): { name: Column<T>; size: Column<T>; created: Column<T> } {
  const t = useTranslations("changes.copies");
  const words = useByteWords();
  return {
    name: {
      key: "name",
      title: t("name"),
      render: (copy) => (
        <span className={classes.name}>
          <span className={classes.title}>
            {copy.name}
            {copy.status !== "ready" && <StateChip status={copy.status} />}
          </span>
          <small>
            {about(copy)}
            {copy.automatic && ` · ${t("automatic")}`}
            {onPhones && <span className={classes.phone}>{onPhones(copy)}</span>}
            <span className={classes.phone}>
              <RelativeTime at={copy.createdAt} />
            </span>
          </small>
        </span>
      ),
    },
    size: {
      key: "size",
      title: t("size"),
      align: "right",
      width: 110,
      from: "sm",
      render: (copy) => (copy.status === "creating" ? "—" : copy.sizeMb === null ? t("unknownSize") : words.megabytes(copy.sizeMb)),
    },
    created: { key: "created", title: t("created"), align: "right", width: 110, from: "sm", render: (copy) => <RelativeTime at={copy.createdAt} /> },
  };
}
