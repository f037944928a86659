"use client";

import { Button, Popover } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import classes from "./notification-bell.module.css";
import { groupNotifications } from "./notification-groups.ts";
import { NotificationRow } from "./notification-row.tsx";

const AT_ONCE = 15;
/** that are marked with one call */
const AT_MOST = 100;

/** What somebody was told, newest first; following one marks it as read. */
export function NotificationPanel({ target, onClose }: { target: ReactElement; onClose: () => void }) {
  const t = useTranslations("notifications.bell");
  const { notifications } = useTRPC();
  const queryClient = useQueryClient();
  const query = useInfiniteQuery(notifications.list.infiniteQueryOptions({ limit: AT_ONCE }, { getNextPageParam: (page) => page.nextCursor ?? undefined }));
  const refresh = { onSettled: () => void queryClient.invalidateQueries(notifications.pathFilter()) };
  const read = useMutation(notifications.read.mutationOptions(refresh));
  const readAll = useMutation(notifications.readAll.mutationOptions(refresh));
  const items = query.data && groupNotifications(query.data.pages.flatMap((page) => page.data));
  return (
    <Popover opened onChange={(opened) => !opened && onClose()} position="bottom-end" width={380} trapFocus returnFocus withRoles>
      <Popover.Target>{target}</Popover.Target>
      <Popover.Dropdown p={0} className={classes.panel ?? ""} aria-label={t("title")}>
        <div className={classes.head}>
          <h2 className={classes.title}>{t("title")}</h2>
          {items?.some(({ newest }) => newest.readAt === null) && (
            <Button size="compact-xs" variant="subtle" loading={readAll.isPending} onClick={() => readAll.mutate()}>
              {t("readAll")}
            </Button>
          )}
        </div>
        {query.error && !items ? (
          <ErrorState error={query.error} compact onRetry={() => void query.refetch()} />
        ) : !items ? (
          <TableSkeleton rows={4} />
        ) : items.length === 0 ? (
          <EmptyState title={t("none")} compact>
            {t("noneText")}
          </EmptyState>
        ) : (
          <ul className={classes.list}>
            {items.map(({ newest, ids }) => (
              <NotificationRow
                key={newest.id}
                item={newest}
                times={ids.length}
                onFollow={() => {
                  if (newest.readAt === null) read.mutate({ ids: ids.slice(0, AT_MOST) });
                  onClose();
                }}
              />
            ))}
          </ul>
        )}
        {query.hasNextPage && (
          <Button fullWidth variant="subtle" color="gray" radius={0} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("older")}
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
