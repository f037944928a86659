"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { perMonth } from "#components/billing/forecast.ts";
import { PlainTable } from "#components/table/plain-table.tsx";
import { Credits } from "#components/ui/credits.tsx";
import classes from "./price-section.module.css";
import type { PriceDraft } from "./types.ts";

/** What a price for all would do to what customers have now. */
export function PriceEffect({ price }: { price: PriceDraft }) {
  const t = useTranslations("prices.effect");
  const trpc = useTRPC();
  const valid = price.computePricePerHour !== "" && price.storagePricePerHour !== "";
  const { data } = useQuery(trpc.compute.catalogAdmin.prices.preview.queryOptions(price, { enabled: valid, retry: false }));
  if (!data) return null;
  if (data.customers === 0) {
    return (
      <p className={classes.effect} role="status">
        {t("none")}
      </p>
    );
  }
  return (
    <div className={classes.effect} role="status">
      <p>{t("who", { customers: data.customers, running: data.running, stopped: data.stopped })}</p>
      <p>
        <Credits micro={data.before} perHour /> → <strong><Credits micro={data.after} perHour /></strong> (<Credits micro={perMonth(BigInt(data.after) - BigInt(data.before))} rise /> {t("month")})
      </p>
      <PlainTable label={t("biggest")} className={classes.customers}>
        <thead>
          <tr>
            <th scope="col">{t("customer")}</th>
            <th scope="col">{t("vms")}</th>
            <th scope="col">{t("now")}</th>
            <th scope="col">{t("then")}</th>
          </tr>
        </thead>
        <tbody>
          {data.biggest.map((customer) => (
            <tr key={customer.organizationId}>
              <td>{customer.organizationName}</td>
              <td>{customer.vms}</td>
              <td><Credits micro={customer.before} perHour /></td>
              <td><Credits micro={customer.after} perHour /></td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </div>
  );
}
