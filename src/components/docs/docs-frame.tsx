import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { LogoMark } from "../layout/logo.tsx";
import classes from "./docs.module.css";
import { groupPath, type OperationGroup } from "./groups.ts";
import { OperationLinks } from "./operation-links.tsx";

interface DocsFrameProps {
  groups: readonly OperationGroup[];
  /** whose page this is; null: the first page */
  current: OperationGroup | null;
  children: ReactNode;
}

/** What every page of the reference has around it: the way to the others, and to the operations of its own. */
export function DocsFrame({ groups, current, children }: DocsFrameProps) {
  const t = useTranslations("docs");
  return (
    <div className={classes.page}>
      <header className={classes.top}>
        <Link href="/" className={classes.brand}>
          <LogoMark size={20} /> Switchyard
        </Link>
        <nav className={classes.topLinks}>
          <a href="/v1/openapi.json" target="_blank" rel="noreferrer">
            {t("document")}
          </a>
          <Link href="/">{t("app")}</Link>
        </nav>
      </header>
      <div className={classes.columns}>
        <nav className={classes.contents} aria-label={t("contents")}>
          <div className={classes.contentsList}>
            <Link href="/docs/api" className={classes.group} aria-current={current === null ? "page" : undefined}>
              {t("start")}
            </Link>
            {groups.map((group) => (
              <div key={group.slug}>
                {/* Each page is large: it is fetched when somebody wants it. */}
                <Link href={groupPath(group)} prefetch={false} className={classes.group} aria-current={group === current ? "page" : undefined}>
                  {group.name}
                </Link>
                {group === current && <OperationLinks group={group} />}
              </div>
            ))}
          </div>
        </nav>
        <main className={classes.main}>{children}</main>
      </div>
    </div>
  );
}
