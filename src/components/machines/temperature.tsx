"use client";

import { useFormatter } from "next-intl";

/** A temperature with one decimal: a machine's sensor is not exacter. */
export function Temperature({ celsius }: { celsius: number | undefined }) {
  const format = useFormatter();
  return <span data-tabular>{celsius === undefined ? "—" : `${format.number(celsius, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).replace("-", "−")} °C`}</span>;
}
