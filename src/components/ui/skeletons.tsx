import { Skeleton } from "@mantine/core";
import { Section } from "./section.tsx";
import { StatRow } from "./stat.tsx";
import classes from "./skeletons.module.css";

/** The head of a page while it loads: as tall as a PageHeader. */
export function HeaderSkeleton() {
  return (
    <div className={classes.header}>
      <Skeleton height={20} width={180} />
      <Skeleton height={34} width={110} radius="md" />
    </div>
  );
}

/** A row of tiles while they load. */
export function StatRowSkeleton({ count = 4 }: { count?: number }) {
  return (
    <StatRow>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={classes.stat}>
          <Skeleton height={13} width="45%" />
          <Skeleton height={24} width="60%" />
          <Skeleton height={13} width="70%" />
        </div>
      ))}
    </StatRow>
  );
}

/** A table while it loads: rows of 36 px. */
export function TableSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div className={classes.table}>
      {Array.from({ length: rows + 1 }, (_, index) => (
        <div key={index} className={classes.row}>
          <Skeleton height={12} width="22%" />
          <Skeleton height={12} width="14%" />
          <Skeleton height={12} width="18%" />
          <Skeleton height={12} width="12%" />
        </div>
      ))}
    </div>
  );
}

/** A chart while it, or its library, loads. `height` as given to the chart. */
export function ChartSkeleton({ height = 240 }: { height?: number }) {
  return <div className={classes.chart} style={{ height }} aria-hidden />;
}

/** A whole page: head, tiles, table. For loading.tsx files. */
export function PageSkeleton() {
  return (
    <div aria-busy>
      <HeaderSkeleton />
      <Section flush>
        <TableSkeleton />
      </Section>
    </div>
  );
}
