"use client";

import { IconAlertTriangle, IconCheck, IconClock } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { LanguageLinks } from "#components/layout/language-links.tsx";
import { LogoMark } from "#components/layout/logo.tsx";
import classes from "./claim-page.module.css";
import { type ClaimStatus, claimWords, progressOf } from "./claim-progress.ts";
import { ClaimProgress } from "./claim-progress-list.tsx";
import { useClaimStatus } from "./use-claim-status.ts";

const STEPS = ["first", "second", "third"] as const;

/** What somebody sees who scans a machine's claim code: which machine, how far it is, and what to do in front of it. */
export function ClaimPage({ token, initial }: { token: string; initial: ClaimStatus | null }) {
  const t = useTranslations("machines.claimPage");
  const { status, problem } = useClaimStatus(token, initial);
  const words = status && claimWords(status);
  const dead = status !== undefined && progressOf(status) === null;
  const Icon = dead || words === "connectedOffline" ? IconAlertTriangle : words === "connectedOnline" ? IconCheck : IconClock;
  const todo = words === "waiting" || words === "claimed" || words === "connectedOffline" ? words : null;
  return (
    <div className={classes.page}>
      <header className={classes.brand}>
        <LogoMark size={22} />
        <span>Switchyard</span>
      </header>
      <main className={classes.card}>
        <p className={classes.over}>{t("title")}</p>
        {status?.machineName && <h1 className={classes.name}>{status.machineName}</h1>}
        {!status || !words ? (
          <p className={classes.text} aria-live="polite">
            {t("checking")}
          </p>
        ) : (
          <>
            <div className={classes.state} data-tone={dead ? "bad" : words === "connectedOnline" ? "ok" : words === "connectedOffline" ? "bad" : "busy"} role="status">
              <Icon size={22} stroke={1.8} aria-hidden />
              <div>
                {status.machineName ? <p className={classes.word}>{t(`state.${words}`)}</p> : <h1 className={classes.word}>{t(`state.${words}`)}</h1>}
                <p className={classes.text}>{t(`text.${words}`)}</p>
              </div>
            </div>
            {!dead && <ClaimProgress status={status} />}
            {todo && (
              <section>
                <h2 className={classes.heading}>{t("forInstaller")}</h2>
                <ol className={classes.steps}>
                  {STEPS.map((step) => (
                    <li key={step}>{t(`steps.${todo}.${step}`)}</li>
                  ))}
                </ol>
              </section>
            )}
          </>
        )}
        <p className={classes.live}>{problem ? t(`problem.${problem}`) : dead ? "" : t("live")}</p>
      </main>
      <footer>
        <LanguageLinks />
      </footer>
    </div>
  );
}
