"use client";

import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import classes from "./data-table.module.css";

interface PagerProps {
  page: number;
  limit: number;
  total: number;
  onPage: (page: number) => void;
}

/** Which rows of how many, and the way to the others. */
export function Pager({ page, limit, total, onPage }: PagerProps) {
  const t = useTranslations("common.table");
  const pages = Math.max(1, Math.ceil(total / limit));
  const from = total === 0 ? 0 : (page - 1) * limit + 1;
  return (
    <div className={classes.pager}>
      <span data-tabular aria-live="polite">
        {t("range", { from, to: Math.min(total, page * limit), total })}
      </span>
      {pages > 1 && (
        <span className={classes.turns}>
          <ActionIcon disabled={page <= 1} onClick={() => onPage(page - 1)} aria-label={t("previous")}>
            <IconChevronLeft size={18} stroke={1.6} />
          </ActionIcon>
          <ActionIcon disabled={page >= pages} onClick={() => onPage(page + 1)} aria-label={t("next")}>
            <IconChevronRight size={18} stroke={1.6} />
          </ActionIcon>
        </span>
      )}
    </div>
  );
}
