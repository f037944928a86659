import { IconChartLine, IconList, IconMap } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { MachineSide } from "../use-machines.ts";
import classes from "./fleet.module.css";

/** The machines as a list, on the map or over time. */
export function ViewSwitch({ side, current }: { side: MachineSide; current: "list" | "map" | "charts" }) {
  const t = useTranslations("fleet");
  const base = side === "admin" ? "/admin/machines" : "/machines";
  return (
    <nav className={classes.switch} aria-label={t("view")}>
      <Link href={base} aria-current={current === "list" ? "page" : undefined}>
        <IconList size={16} aria-hidden />
        {t("list")}
      </Link>
      <Link href={`${base}/map`} aria-current={current === "map" ? "page" : undefined}>
        <IconMap size={16} aria-hidden />
        {t("map")}
      </Link>
      <Link href={`${base}/charts`} aria-current={current === "charts" ? "page" : undefined}>
        <IconChartLine size={16} aria-hidden />
        {t("chartsView")}
      </Link>
    </nav>
  );
}
