"use client";

import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { CopyText } from "#components/ui/copy-text.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { ExactTime, RelativeTime } from "#components/ui/relative-time.tsx";
import { auditChanges } from "./audit-changes.ts";
import classes from "./audit.module.css";
import type { AuditEntry } from "./types.ts";

/** One entry of the audit log, and below it, when it is open, all that was recorded. */
export function AuditRow({ entry, open, onToggle }: { entry: AuditEntry; open: boolean; onToggle: () => void }) {
  const id = useId();
  return (
    <>
      <tr data-open={open || undefined}>
        <td>
          <UnstyledButton className={classes.action} aria-expanded={open} aria-controls={id} onClick={onToggle}>
            <IconChevronRight size={14} aria-hidden className={classes.chevron} />
            {entry.action}
          </UnstyledButton>
        </td>
        <td className={classes.who}>
          <span className={classes.cut} title={entry.actorName}>
            {entry.actorName}
          </span>
        </td>
        <td className={classes.wide}>
          <span className={classes.subject}>
            <span>{entry.subjectType}</span>
            <CopyText value={entry.subjectId} />
          </span>
        </td>
        <td className={classes.when}>
          <RelativeTime at={entry.at} />
        </td>
      </tr>
      <tr id={id} hidden={!open} className={classes.details}>
        <td colSpan={4}>{open && <Details entry={entry} />}</td>
      </tr>
    </>
  );
}

function Details({ entry }: { entry: AuditEntry }) {
  const t = useTranslations("admin.audit");
  const hasBefore = entry.before !== null && entry.before !== undefined;
  const changes = auditChanges(entry.before, entry.after);
  const kind = t.has(`kinds.${entry.actorKind}` as "kinds.user") ? t(`kinds.${entry.actorKind}` as "kinds.user") : entry.actorKind;
  return (
    <div className={classes.panel}>
      {changes.length === 0 ? (
        <p className={classes.none}>{t("noChanges")}</p>
      ) : (
        <div className={classes.scroll}>
          <table className={classes.changes} aria-label={t("details", { action: entry.action })}>
            <thead>
              <tr>
                <th scope="col">{t("field")}</th>
                {hasBefore && <th scope="col">{t("before")}</th>}
                <th scope="col">{t(hasBefore ? "after" : "recorded")}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={change.field} data-changed={change.before !== change.after || undefined}>
                  <th scope="row">{change.field}</th>
                  {hasBefore && <td className={classes.old}>{change.before ?? "—"}</td>}
                  <td className={classes.new}>{change.after ?? "—"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <KeyValue
        items={[
          { label: t("exact"), value: <ExactTime at={entry.at} /> },
          { label: t("who"), value: `${entry.actorName} (${kind})` },
          { label: t("actorId"), value: entry.actorId && <CopyText value={entry.actorId} label={t("actorId")} /> },
          { label: t("subjectId"), value: <CopyText value={entry.subjectId} label={t("subjectId")} /> },
          { label: t("ip"), value: entry.ip === "" ? null : <CopyText value={entry.ip} label={t("ip")} /> },
          { label: t("requestId"), value: entry.requestId === "" ? null : <CopyText value={entry.requestId} label={t("requestId")} /> },
        ]}
      />
    </div>
  );
}
