"use client";

import { NumberInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import classes from "./hosts.module.css";

interface LimitValues {
  vcpuRatio: number;
  memoryReserveGb: number;
  storageReserveGb: number;
}

interface LimitFieldsProps {
  /** of the form that has these values */
  inputProps: (field: keyof LimitValues) => object;
}

/** How much of a host is sold. */
export function LimitFields({ inputProps }: LimitFieldsProps) {
  const t = useTranslations("hosts.details");
  return (
    <div className={classes.pair}>
      <NumberInput label={t("vcpuRatio")} description={t("vcpuRatioHelp")} min={1} max={32} step={0.5} decimalScale={2} {...inputProps("vcpuRatio")} />
      <NumberInput label={t("memoryReserve")} description={t("memoryReserveHelp")} min={0} max={65_536} {...inputProps("memoryReserveGb")} />
      <NumberInput label={t("storageReserve")} description={t("storageReserveHelp")} min={0} max={1_000_000} allowDecimal={false} {...inputProps("storageReserveGb")} />
    </div>
  );
}

/** Them as the API takes them. */
export function toLimits({ vcpuRatio, memoryReserveGb, storageReserveGb }: LimitValues) {
  return { vcpuRatio, memoryReserveMb: Math.round(memoryReserveGb * 1024), storageReserveGb };
}
