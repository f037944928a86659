"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import type { z } from "zod";
import { useTRPC } from "#components/api/trpc.ts";
import { PlainTable } from "#components/table/plain-table.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextLink } from "#components/ui/text-link.tsx";
import type { comingPricesOutput } from "#shared/billing/prices.ts";
import classes from "./coming-prices.module.css";
import { perMonth } from "./forecast.ts";

type Change = z.infer<typeof comingPricesOutput>["data"][number];

/** What will cost something else of what is on now: when, from what to what, and what that makes in a month. Nothing where no price is to come. */
export function ComingPrices() {
  const t = useTranslations("credits.coming");
  const { data } = useQuery(useTRPC().billing.comingPrices.queryOptions());
  if (!data || data.data.length === 0) return null;
  return (
    <Section title={t("title")} description={t("text")} flush>
      <PlainTable label={t("title")} className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("resource")}</th>
            <th scope="col" className={classes.number}>
              {t("before")}
            </th>
            <th scope="col" className={classes.number}>
              {t("after")}
            </th>
            <th scope="col" className={classes.number}>
              {t("month")}
            </th>
          </tr>
        </thead>
        {data.data.map((change) => (
          <Moment key={change.at} change={change} />
        ))}
      </PlainTable>
    </Section>
  );
}

function Moment({ change }: { change: Change }) {
  const t = useTranslations("credits.coming");
  const format = useFormatter();
  const { at, before, after, count, resources } = change;
  const more = count - resources.length;
  return (
    <tbody>
      <tr className={classes.moment}>
        <th scope="rowgroup">{t("from", { at: format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" }) })}</th>
        <Numbers before={before} after={after} />
      </tr>
      {resources.map((resource) => (
        <tr key={resource.resourceId}>
          <td className={classes.name}>{resource.resourceType === "vm" ? <TextLink href={`/vms/${resource.resourceId}`}>{resource.resourceName}</TextLink> : resource.resourceName}</td>
          <Numbers before={resource.before} after={resource.after} />
        </tr>
      ))}
      {more > 0 && (
        <tr>
          <td colSpan={4}>{t("more", { count: more })}</td>
        </tr>
      )}
    </tbody>
  );
}

function Numbers({ before, after }: { before: string; after: string }) {
  return (
    <>
      <td className={classes.number}>
        <Credits micro={before} perHour />
      </td>
      <td className={classes.number}>
        <Credits micro={after} perHour />
      </td>
      <td className={classes.number}>
        <Credits micro={perMonth(BigInt(after) - BigInt(before))} rise />
      </td>
    </>
  );
}
