"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { AccountMenu } from "./account-menu.tsx";
import { CreditChip } from "./credit-chip.tsx";
import { LogoMark } from "./logo.tsx";
import { NotificationBell } from "./notification-bell.tsx";
import { ProjectMenu } from "./project-menu.tsx";
import { SearchButton } from "./search-button.tsx";
import classes from "./top-bar.module.css";

interface TopBarProps {
  admin: boolean;
  home: string;
  onSearch: () => void;
  onShowKeys: () => void;
}

/** Above every page: where one is, search, what is left, what one was told, who one is. */
export function TopBar({ admin, home, onSearch, onShowKeys }: TopBarProps) {
  const t = useTranslations("shell");
  return (
    <header className={classes.bar}>
      <div className={classes.start}>
        <Link href={home} className={classes.brand} aria-label={t("product")}>
          <LogoMark size={22} />
        </Link>
        {admin ? <span className={classes.badge}>{t("admin.badge")}</span> : <ProjectMenu />}
      </div>
      <div className={classes.end}>
        <SearchButton onOpen={onSearch} />
        {!admin && <CreditChip />}
        <NotificationBell />
        <AccountMenu admin={admin} onShowKeys={onShowKeys} />
      </div>
    </header>
  );
}
