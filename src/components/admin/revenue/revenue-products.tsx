import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { Amount } from "#components/billing/statements/amount.tsx";
import { decimalsOf } from "#components/billing/statements/decimals.ts";
import { DownloadButton } from "#components/billing/statements/download-button.tsx";
import { PlainTable } from "#components/table/plain-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { toChartNumber } from "#shared/credits.ts";
import classes from "./revenue.module.css";

/** What was consumed, by plan and by what it was charged for. */
export function RevenueProducts({ input: { from, to } }: { input: { from: string; to: string } }) {
  const t = useTranslations("revenue.products");
  const format = useFormatter();
  const client = useTRPCClient();
  const query = useQuery(useTRPC().revenue.products.queryOptions({ from, to }, { placeholderData: keepPreviousData }));
  const { data } = query;
  const total = toChartNumber(data?.total.amount ?? "0");
  const rows = data ? [...data.data, data.total] : [];
  const [decimals, ofParts] = [decimalsOf(rows.map(({ amount }) => amount)), decimalsOf(rows.map(({ promotional }) => promotional))];
  const component = (name: string | null) => (name === "compute" || name === "storage" ? t(`components.${name}`) : (name ?? "—"));
  return (
    <Section title={t("title")} description={t("text")} flush actions={<DownloadButton label={t("csv")} load={() => client.revenue.productsCsv.query({ from, to })} />}>
      {query.error && !data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !data ? (
        <TableSkeleton rows={3} />
      ) : data.data.length === 0 ? (
        <EmptyState title={t("none")} compact />
      ) : (
        <PlainTable className={classes.table} label={t("title")}>
          <thead>
            <tr>
              <th scope="col">{t("plan")}</th>
              <th scope="col">{t("component")}</th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("hours")}</th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("promotional")}</th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>{t("share")}</th>
              <th scope="col" className={classes.number}>{t("amount")}</th>
            </tr>
          </thead>
          <tbody>
            {data.data.map((row) => (
              <tr key={`${row.resourceType} ${row.component} ${row.planId}`}>
                <td>{row.planName ?? row.planId ?? (row.resourceType === null ? t("unnamed") : t("noPlan"))}</td>
                <td>{component(row.component)}</td>
                <td className={`${classes.number} ${classes.wide}`}>{format.number(row.hours, { maximumFractionDigits: 1 })}</td>
                <td className={`${classes.number} ${classes.wide}`}><Amount micro={row.promotional} decimals={ofParts} /></td>
                <td className={`${classes.number} ${classes.wide}`}>{format.number(total === 0 ? 0 : toChartNumber(row.amount) / total, { style: "percent", maximumFractionDigits: 1 })}</td>
                <td className={classes.number}><Amount micro={row.amount} decimals={decimals} /></td>
              </tr>
            ))}
            <tr className={classes.sum}>
              <td colSpan={2}>{t("total")}</td>
              <td className={`${classes.number} ${classes.wide}`}>{format.number(data.data.reduce((sum, { hours }) => sum + hours, 0), { maximumFractionDigits: 1 })}</td>
              <td className={`${classes.number} ${classes.wide}`}><Amount micro={data.total.promotional} decimals={ofParts} /></td>
              <td className={`${classes.number} ${classes.wide}`}>{format.number(total === 0 ? 0 : 1, { style: "percent" })}</td>
              <td className={classes.number}><Amount micro={data.total.amount} decimals={decimals} /></td>
            </tr>
          </tbody>
        </PlainTable>
      )}
    </Section>
  );
}
