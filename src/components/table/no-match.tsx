"use client";

import { Button } from "@mantine/core";
import { useTranslations } from "next-intl";
import { EmptyState } from "#components/ui/empty-state.tsx";

/** A list that is empty because of its filters. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  const t = useTranslations("common.table");
  return (
    <EmptyState
      title={t("noMatch")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("clearFilters")}
        </Button>
      }
    >
      {t("noMatchText")}
    </EmptyState>
  );
}
