"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import classes from "./data-table.module.css";

/** What can be done with the selected rows; there while some are selected. */
export function SelectionBar({ count, onClear, children }: { count: number; onClear: () => void; children: ReactNode }) {
  const t = useTranslations("common.table");
  if (count === 0) return null;
  return (
    <div className={classes.selection} role="toolbar" aria-label={t("selected", { count })}>
      <span data-tabular>{t("selected", { count })}</span>
      {children}
      <Button variant="subtle" color="gray" size="xs" onClick={onClear}>
        {t("clearSelection")}
      </Button>
    </div>
  );
}
