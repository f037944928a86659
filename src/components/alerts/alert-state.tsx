import { useTranslations } from "next-intl";
import { StateChip } from "#components/ui/state-chip.tsx";
import type { Alert } from "./types.ts";
import classes from "./alerts.module.css";

const TONES = { pending: "warn", firing: "bad", acknowledged: "warn", resolved: "off" } as const;

/** Where an alert stands, and whether nobody is told. */
export function AlertState({ alert }: { alert: Pick<Alert, "state" | "mutedUntil" | "escalatedAt"> }) {
  const t = useTranslations("alerts");
  return (
    <span className={classes.states}>
      <StateChip status={alert.state} word={t(`states.${alert.state}`)} tone={TONES[alert.state]} />
      {alert.escalatedAt !== null && alert.state === "firing" && <span className={classes.tag}>{t("states.escalated")}</span>}
      {alert.mutedUntil !== null && <span className={classes.tag}>{t("states.muted")}</span>}
    </span>
  );
}
