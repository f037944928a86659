import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import classes from "./hosts.module.css";
import { Warnings } from "./test-result.tsx";
import type { HostDetail } from "./types.ts";

const MOMENT = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" } as const;

/** What one has to know before anything else: the host is away and why, it takes no VMs, or it works but should be looked at. */
export function HostNotice({ host }: { host: HostDetail }) {
  const t = useTranslations("hosts.notice");
  const format = useFormatter();
  if (host.status === "maintenance") return <Notice tone="warn">{t("maintenance")}</Notice>;
  if (host.health === "unreachable") {
    return (
      <div className={classes.result} data-tone="bad" data-compact role="alert">
        <p className={classes.headline}>
          <IconAlertTriangle size={18} aria-hidden />
          {host.healthSince && t("unreachable", { time: format.dateTime(new Date(host.healthSince), MOMENT) })}
        </p>
        <p className={classes.words}>{host.healthMessage}</p>
        <p className={classes.dim}>{t("unreachableText")}</p>
      </div>
    );
  }
  return (
    <>
      {host.status === "draining" && <Notice tone="warn">{t("draining")}</Notice>}
      {host.warnings.length > 0 && (
        <div className={classes.result} data-tone="warn" data-compact role="status">
          <Warnings warnings={host.warnings} />
        </div>
      )}
    </>
  );
}

function Notice({ tone, children }: { tone: "warn"; children: string }) {
  return (
    <div className={classes.result} data-tone={tone} data-compact role="status">
      <p className={classes.headline}>
        <IconInfoCircle size={18} aria-hidden />
        {children}
      </p>
    </div>
  );
}
