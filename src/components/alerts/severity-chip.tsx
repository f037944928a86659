import { IconAlertOctagon, IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import type { Severity } from "#shared/machines/states.ts";
import classes from "./alerts.module.css";

const ICONS = { info: IconInfoCircle, warning: IconAlertTriangle, critical: IconAlertOctagon } as const;

/** How grave: a shape and a word. */
export function SeverityChip({ severity }: { severity: Severity }) {
  const t = useTranslations("alerts");
  const Icon = ICONS[severity];
  return (
    <span className={classes.severity} data-severity={severity}>
      <Icon size={16} stroke={1.8} aria-hidden />
      {t(`severities.${severity}`)}
    </span>
  );
}
