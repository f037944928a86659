import { useTranslations } from "next-intl";
import classes from "./broken-page.module.css";

/** Nothing at this address, or nothing that the reader may see: the same words for both. Of plain elements: it also stands where Mantine is not. */
export function MissingPage({ home = "/" }: { home?: string }) {
  const t = useTranslations("errors.notFound");
  return (
    <div className={classes.page}>
      <svg viewBox="0 0 160 48" width="160" height="48" fill="none" className={classes.siding} aria-hidden>
        <path d="M0 36h160M20 36c28 0 24-24 52-24h36" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
        <path d="M108 4v16" stroke="var(--sy-bad-mark)" strokeWidth="3" strokeLinecap="round" />
      </svg>
      <h1 className={classes.title}>{t("title")}</h1>
      <p className={classes.text}>{t("why")}</p>
      <div className={classes.actions}>
        <a href={home} className={classes.home}>
          {t("home")}
        </a>
      </div>
    </div>
  );
}
