import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { ListFoot } from "./list-foot.tsx";

/** What a section needs of an infinite query. */
interface CursorQuery<Item> {
  data: { pages: readonly { data: readonly Item[] }[] } | undefined;
  error: unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
  refetch(): unknown;
}

interface CursorSectionProps<Item> {
  title: string;
  description?: string;
  /** at the right of the title */
  actions?: ReactNode;
  query: CursorQuery<Item>;
  /** stands where there is nothing at all */
  empty: ReactNode;
  /** title of the error when nothing can be had */
  failed?: string;
  /** of the button that brings older ones */
  more: string;
  /** lines that are drawn while it loads */
  skeletonRows?: number;
  children: (items: readonly Item[]) => ReactNode;
}

/** A list that is read by cursor: the newest at once, older ones at a press. */
export function CursorSection<Item>({ title, description, actions, query, empty, failed, more, skeletonRows, children }: CursorSectionProps<Item>) {
  const items = query.data?.pages.flatMap((page) => page.data);
  return (
    <Section title={title} {...(description === undefined ? {} : { description })} actions={actions} flush>
      {query.error && !items ? (
        <ErrorState error={query.error} {...(failed === undefined ? {} : { title: failed })} onRetry={() => void query.refetch()} compact />
      ) : !items ? (
        <TableSkeleton {...(skeletonRows === undefined ? {} : { rows: skeletonRows })} />
      ) : items.length === 0 ? (
        empty
      ) : (
        children(items)
      )}
      {query.hasNextPage && (
        <ListFoot>
          <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {more}
          </Button>
        </ListFoot>
      )}
    </Section>
  );
}
