"use client";

import { useFormatter, useTranslations } from "next-intl";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import classes from "./rollout.module.css";
import type { RolloutDetail } from "./types.ts";

/** The canary group and the steps, each as a bar of its machines: done, failed, under way or waiting. */
export function RolloutSteps({ rollout }: { rollout: RolloutDetail }) {
  const t = useTranslations("firmware.steps");
  const shown = rollout.steps.filter((step) => step.step > 0 || step.total > 0);
  return (
    <Section title={t("title")}>
      <ol className={classes.steps}>
        {shown.map((step) => (
          <Step key={step.step} step={step} rollout={rollout} />
        ))}
      </ol>
    </Section>
  );
}

function Step({ step, rollout }: { step: RolloutDetail["steps"][number]; rollout: RolloutDetail }) {
  const t = useTranslations("firmware.steps");
  const format = useFormatter();
  const ended = rollout.status === "completed" || rollout.status === "aborted";
  const state = step.step < rollout.step || rollout.status === "completed" ? "done" : step.step > rollout.step ? "ahead" : ended ? "done" : "current";
  const share = (count: number) => `${step.counted === 0 ? 0 : (count / step.counted) * 100}%`;
  return (
    <li className={classes.step} data-state={state} aria-current={state === "current" ? "step" : undefined}>
      <div className={classes.head}>
        <span className={classes.name}>{step.percent === null ? t("canary") : t("step", { step: step.step, percent: step.percent })}</span>
        <span className={classes.numbers} data-tabular>
          {step.counted === 0 ? t("noMachines") : t("numbers", { succeeded: format.number(step.succeeded), counted: format.number(step.counted) })}
          {step.failed > 0 && <span className={classes.failed}>{t("failed", { count: step.failed })}</span>}
          {step.total > step.counted && <span>{t("leftOut", { count: step.total - step.counted })}</span>}
        </span>
      </div>
      <div className={classes.bar} aria-hidden>
        <span data-part="succeeded" style={{ width: share(step.succeeded) }} />
        <span data-part="failed" style={{ width: share(step.failed) }} />
        {/* Where enough have succeeded. */}
        {step.counted > 0 && <i style={{ insetInlineStart: `${rollout.successThreshold}%` }} />}
      </div>
      {state === "current" && rollout.status === "running" && rollout.stepMetAt && step.step < rollout.stepCount && (
        <p className={classes.note}>
          {t("soaking", { minutes: rollout.soakMinutes })} <RelativeTime at={rollout.stepMetAt} />
        </p>
      )}
    </li>
  );
}
