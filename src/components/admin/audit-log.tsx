"use client";

import { Button } from "@mantine/core";
import { IconFileSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { FilterBar } from "#components/table/filter-bar.tsx";
import { NoMatch } from "#components/table/no-match.tsx";
import { useListFilters } from "#components/table/use-list-filters.ts";
import { useRowKeys } from "#components/table/use-row-keys.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { AuditRow } from "./audit-row.tsx";
import { auditInput } from "./audit-input.ts";
import classes from "./audit.module.css";

/** Who did what, newest first; each entry opens to what was before and after. */
export function AuditLog() {
  const t = useTranslations("admin.audit");
  const table = useTranslations("common.table");
  const filters = useListFilters([]);
  const { list, search } = useRowKeys();
  const [open, setOpen] = useState<string | null>(null);
  const query = useInfiniteQuery(useTRPC().platform.audit.infiniteQueryOptions(auditInput(filters.q), { getNextPageParam: (page) => page.nextCursor, placeholderData: keepPreviousData }));
  const entries = query.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <PageHeader title={t("title")} />
      <FilterBar filters={filters} searchLabel={t("search")} searchRef={search} />
      <div ref={list}>
        <Section flush>
          {query.error && !entries ? (
            <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} />
          ) : !entries ? (
            <TableSkeleton />
          ) : entries.length === 0 ? (
            filters.active ? (
              <NoMatch onClear={filters.clear} />
            ) : (
              <EmptyState icon={<IconFileSearch />} title={t("empty")}>
                {t("emptyText")}
              </EmptyState>
            )
          ) : (
            <>
              <table className={classes.table} data-stale={query.isPlaceholderData || undefined} aria-label={t("title")}>
                <thead>
                  <tr>
                    <th scope="col">{t("action")}</th>
                    <th scope="col">{t("who")}</th>
                    <th scope="col" className={classes.wide}>
                      {t("subject")}
                    </th>
                    <th scope="col" className={classes.when}>
                      {t("when")}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <AuditRow key={entry.id} entry={entry} open={entry.id === open} onToggle={() => setOpen(entry.id === open ? null : entry.id)} />
                  ))}
                </tbody>
              </table>
              <div className={classes.foot}>
                {query.hasNextPage ? (
                  <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {table("loadMore")}
                  </Button>
                ) : (
                  <span>{t("end")}</span>
                )}
              </div>
            </>
          )}
        </Section>
      </div>
    </>
  );
}
