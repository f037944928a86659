"use client";

import { Button } from "@mantine/core";
import { IconCoins } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ListFoot } from "#components/table/list-foot.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { ALL_LOTS_INPUT, LOTS_INPUT } from "./lot-query.ts";
import { LotTable } from "./lot-table.tsx";

/** What the balance is made of, in the order in which it is spent: what is left of each lot, whether it was bought or given, and until when it holds. */
export function Lots() {
  const t = useTranslations("credits.lots");
  const [all, setAll] = useState(false);
  const query = useQuery(useTRPC().billing.lots.queryOptions(all ? ALL_LOTS_INPUT : LOTS_INPUT, { placeholderData: keepPreviousData }));
  const { data } = query;
  const more = data ? data.pagination.total - data.data.length : 0;
  return (
    <Section title={t("title")} description={t("text")} flush>
      {query.error && !data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !data ? (
        <TableSkeleton rows={2} />
      ) : data.data.length === 0 ? (
        <EmptyState icon={<IconCoins />} title={t("none")} compact>
          {t("noneText")}
        </EmptyState>
      ) : (
        <LotTable lots={data.data} />
      )}
      {more > 0 && (
        <ListFoot>
          {all && !query.isPlaceholderData ? (
            t("beyond", { count: more })
          ) : (
            <Button variant="default" size="xs" loading={query.isPlaceholderData} onClick={() => setAll(true)}>
              {t("more", { count: more })}
            </Button>
          )}
        </ListFoot>
      )}
    </Section>
  );
}
