import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { LanguageLinks } from "#components/layout/language-links.tsx";
import { LogoMark } from "#components/layout/logo.tsx";
import classes from "./auth.module.css";
import { Tracks } from "./tracks.tsx";

/** The page around signing in and up: the form, and beside it where the tracks part. */
export function AuthPage({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  const t = useTranslations("auth");
  return (
    <div className={classes.page}>
      <div className={classes.side}>
        <header className={classes.brand}>
          <LogoMark size={24} />
          <span>Switchyard</span>
        </header>
        <main className={classes.main}>
          <h1 className={classes.title}>{title}</h1>
          <p className={classes.lead}>{lead}</p>
          {children}
        </main>
        <footer className={classes.foot}>
          <LanguageLinks />
        </footer>
      </div>
      <aside className={classes.picture} aria-hidden>
        <Tracks />
        <p className={classes.tagline}>{t("tagline")}</p>
      </aside>
    </div>
  );
}
