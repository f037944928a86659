"use client";

import { IconCheck } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import classes from "./live-check.module.css";
import claimClasses from "./claim.module.css";
import { QrCode } from "./qr-code.tsx";
import type { WizardControl } from "./use-wizard.ts";
import { WizardStepForm } from "./wizard-step.tsx";

const HINTS_AFTER_MS = 60_000;

/** Waits with the installer: waiting, claimed, connected, first reading. It turns green by itself; what comes is pushed by the server. */
export function StepLive({ wizard }: { wizard: WizardControl }) {
  const t = useTranslations("machines.wizard.steps.live");
  const router = useRouter();
  const { machine, claim } = wizard;
  const done = machine.firstReadingAt !== null;
  const stages = [
    { key: "claimed", at: machine.claimedAt },
    { key: "connected", at: machine.connectedAt },
    { key: "reading", at: machine.firstReadingAt },
  ] as const;
  const waitingFor = stages.find((stage) => stage.at === null)?.key;
  return (
    <WizardStepForm step="live" onBack={() => wizard.go("label")} onNext={() => router.push(`/admin/machines/${machine.id}`)} nextLabel={done ? t("finish") : t("later")} pending={false} error={null}>
      <div aria-live="polite">
        {done && (
          <div className={classes.done} data-testid="machine-live">
            <strong>{t("done", { name: machine.name })}</strong>
            {t("doneText")}
          </div>
        )}
      </div>
      <div className={classes.check}>
        <ol className={classes.stages}>
          {stages.map((stage) => (
            <li key={stage.key} className={classes.stage} data-state={stage.at ? "done" : stage.key === waitingFor ? "waiting" : "later"}>
              <span className={classes.mark} aria-hidden>
                {stage.at && <IconCheck size={14} stroke={3} />}
              </span>
              <span className={classes.word}>{t(stage.at ? `stages.${stage.key}.done` : `stages.${stage.key}.waiting`)}</span>
              <span className={classes.time}>{stage.at && <RelativeTime at={stage.at} />}</span>
            </li>
          ))}
        </ol>
        {claim && machine.claimedAt === null && <QrCode svg={claim.claimQrSvg} label={t("qr", { name: machine.name })} className={claimClasses.qr} />}
      </div>
      {waitingFor && <Hints key={waitingFor} stage={waitingFor} />}
    </WizardStepForm>
  );
}

/** What to look at when nothing has come for a minute; another list for each stage. */
function Hints({ stage }: { stage: "claimed" | "connected" | "reading" }) {
  const t = useTranslations("machines.wizard.steps.live.hints");
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), HINTS_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <aside className={classes.hints} role="status">
      <h3>{t("title")}</h3>
      <ul>
        {(["first", "second", "third"] as const).map((hint) => (
          <li key={hint}>{t(`${stage}.${hint}`)}</li>
        ))}
      </ul>
    </aside>
  );
}
