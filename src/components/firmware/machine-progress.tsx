"use client";

import { useTranslations } from "next-intl";
import { Meter } from "#components/ui/meter.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { StateChip, type Tone } from "#components/ui/state-chip.tsx";
import { MACHINE_REASONS } from "#shared/machines/rollouts.ts";
import classes from "./firmware.module.css";
import type { RolloutMachine } from "./types.ts";

const TONES: Record<RolloutMachine["state"], Tone> = {
  waiting: "off",
  offered: "busy",
  downloading: "busy",
  verifying: "busy",
  installing: "busy",
  succeeded: "ok",
  failed: "bad",
  rolled_back: "bad",
  skipped: "off",
};

interface MachineProgressProps {
  progress: Pick<RolloutMachine, "state" | "percent" | "error">;
  waitsFor?: RolloutMachine["waitsFor"];
  retryAt?: string | null;
  tolerated?: boolean;
}

/** How far a machine's update is: its state, a bar while it loads, and in words what it waits for or what went wrong. */
export function MachineProgress({ progress, waitsFor = null, retryAt = null, tolerated = false }: MachineProgressProps) {
  const t = useTranslations("updates.machine");
  const words = useTranslations("updates");
  const { state, percent, error } = progress;
  const reason = MACHINE_REASONS.find((each) => each === error);
  return (
    <span className={classes.progress}>
      <span className={classes.line}>
        <StateChip status={state} tone={TONES[state]} word={words(`states.${state}`)} />
        {state === "downloading" && <Meter share={percent / 100} label={`${percent} %`} />}
      </span>
      {state === "waiting" && waitsFor && (
        <span className={classes.dim}>
          {t(`waits.${waitsFor}`)} {waitsFor === "retry" && retryAt && <RelativeTime at={retryAt} />}
        </span>
      )}
      {error && <span className={classes.dim}>{reason ? words(`reasons.${reason}`) : error}</span>}
      {tolerated && <span className={classes.dim}>{t("tolerated")}</span>}
    </span>
  );
}
