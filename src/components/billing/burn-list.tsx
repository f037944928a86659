import { useTranslations } from "next-intl";
import Link from "next/link";
import type { z } from "zod";
import { PlainTable } from "#components/table/plain-table.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { creditChartOutput } from "#shared/billing/schema.ts";
import { toChartNumber } from "#shared/credits.ts";
import classes from "./burn-list.module.css";

type Burn = z.infer<typeof creditChartOutput>["burn"];

/** Who burns how much an hour, the greatest first; the bar is its share of all. */
export function BurnList({ burn, total }: { burn: Burn; total: string }) {
  const t = useTranslations("credits.burn");
  if (burn.length === 0) {
    return (
      <EmptyState title={t("none")} compact>
        {t("noneText")}
      </EmptyState>
    );
  }
  const all = toChartNumber(total) || 1;
  const sorted = burn.toSorted((a, b) => Number(BigInt(b.perHour) - BigInt(a.perHour)));
  return (
    <PlainTable className={classes.table} label={t("title")}>
      <thead>
        <tr>
          <th scope="col">{t("resource")}</th>
          <th scope="col" className={classes.wide}>{t("share")}</th>
          <th scope="col" className={classes.amount}>{t("perHour")}</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => {
          const share = (toChartNumber(row.perHour) / all) * 100;
          return (
            <tr key={row.resourceId}>
              <td className={classes.name}>{row.resourceType === "vm" ? <Link href={`/vms/${row.resourceId}`}>{row.resourceName}</Link> : row.resourceName}</td>
              <td className={classes.wide}>
                <span className={classes.bar} aria-hidden>
                  <span style={{ width: `${share}%` }} />
                </span>
                <span className={classes.percent}>{share.toFixed(0)} %</span>
              </td>
              <td className={classes.amount}>
                <Credits micro={row.perHour} perHour />
              </td>
            </tr>
          );
        })}
      </tbody>
    </PlainTable>
  );
}
