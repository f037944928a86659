"use client";

import { Button } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip } from "#components/ui/state-chip.tsx";
import type { Command } from "#shared/machines/commands.ts";
import { COMMAND_TONES, commandWord, dataText } from "./command-words.ts";
import classes from "./commands.module.css";

/** One command: how it stands, what that means, and when each step was. */
export function CommandRow({ command, onAsk }: { command: Command; onAsk: (() => void) | null }) {
  const t = useTranslations("diagnostics.commands");
  const format = useFormatter();
  const word = commandWord(command);
  const time = (at: string) => format.dateTime(new Date(at), { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const code = (value: string) => (t.has(`code.${value}` as "code.JAM") ? t(`code.${value}` as "code.JAM") : value);
  const { sentAt, acceptedAt, endedAt, late } = command;
  const steps = [sentAt && t("steps.sent", { time: time(sentAt) }), acceptedAt && t("steps.accepted", { time: time(acceptedAt) }), endedAt && word !== "neverSent" && t("steps.ended", { time: time(endedAt) })].filter(Boolean);
  const meaning = word === "failed" ? code(command.code ?? "FAILED") : word === "done" ? dataText(command.data) : t(`meaning.${word}`);
  return (
    <li className={classes.command}>
      <div className={classes.head}>
        <span className={classes.name}>{t(`type.${command.type}`, { slot: String(command.args["slot"] ?? "") })}</span>
        <StateChip status={command.state} word={t(`state.${word}`)} tone={COMMAND_TONES[command.state]} />
        <span className={classes.when}>
          {command.actorName === null ? t("byServer") : t("by", { name: command.actorName })} · <RelativeTime at={command.createdAt} />
        </span>
      </div>
      {meaning && <p className={classes.meaning}>{meaning}</p>}
      {late && word !== "done" && <p className={classes.meaning}>{t("late", { what: [latePhase(late.phase), late.code && code(late.code), dataText(late.data)].filter(Boolean).join(" · ") })}</p>}
      {(steps.length > 0 || onAsk) && (
        <div className={classes.foot}>
          <span className={classes.steps}>{steps.join(" · ")}</span>
          {onAsk && (
            <Button variant="subtle" size="compact-xs" onClick={onAsk}>
              {t("action.ask")}
            </Button>
          )}
        </div>
      )}
    </li>
  );

  function latePhase(phase: string): string {
    return t.has(`latePhase.${phase}` as "latePhase.done") ? t(`latePhase.${phase}` as "latePhase.done") : phase;
  }
}
