"use client";

import { useTranslations } from "next-intl";
import { CursorSection } from "#components/table/cursor-section.tsx";
import { ExactTime, RelativeTime } from "#components/ui/relative-time.tsx";
import classes from "./machine-connections.module.css";
import { type MachineSide, useConnections } from "./use-machines.ts";

const TONES: Record<string, "ok" | "bad"> = { "machine.online": "ok", "machine.offline": "bad", "machine.claim.rejected": "bad" };

/** When the machine was claimed, came and went, and why; newest first. */
export function MachineConnections({ side, id }: { side: MachineSide; id: string }) {
  const t = useTranslations("machines.connections");
  const query = useConnections(side, id);
  return (
    <CursorSection title={t("title")} query={query} failed={t("loadFailed")} skeletonRows={3} empty={<p className={classes.none}>{t("none")}</p>} more={t("older")}>
      {(entries) => (
        <ol className={classes.list}>
          {entries.map((entry) => (
            <li key={entry.id} className={classes.entry} data-tone={TONES[entry.type]}>
              <span className={classes.mark} aria-hidden />
              <span className={classes.what}>
                {t.has(`type.${entry.type}` as "type.machine.online") ? t(`type.${entry.type}` as "type.machine.online") : entry.type}
                {entry.reason && <span className={classes.reason}>{t.has(`reason.${entry.reason}` as "reason.will") ? t(`reason.${entry.reason}` as "reason.will") : entry.reason}</span>}
              </span>
              <span className={classes.when}>
                <span className={classes.exact}>
                  <ExactTime at={entry.at} />
                </span>
                <RelativeTime at={entry.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </CursorSection>
  );
}
