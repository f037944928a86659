"use client";

import { useTranslations } from "next-intl";
import { durationParts } from "./duration-parts.ts";

/** A length of time in its two largest units: "3 d 4 h". */
export function Duration({ seconds }: { seconds: number }) {
  const t = useTranslations("common.time");
  const { unit, ...parts } = durationParts(seconds);
  return <span data-tabular>{t(`duration.${unit}`, parts)}</span>;
}
