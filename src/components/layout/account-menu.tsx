"use client";

import { useTranslations } from "next-intl";
import { type ComponentProps, lazy, Suspense, useState } from "react";
import classes from "./account-menu.module.css";
import { useViewer } from "./viewer-context.tsx";

const loadItems = () => import("./account-menu-items.tsx");
const Items = lazy(() => loadItems().then((module) => ({ default: module.AccountMenuItems })));

export interface AccountMenuProps {
  admin: boolean;
  onShowKeys: () => void;
}

/** The person: theme, language, the other side of the site, signing out. The menu is fetched when somebody reaches for it. */
export function AccountMenu(props: AccountMenuProps) {
  const [wanted, setWanted] = useState(false);
  const button = <AccountButton aria-haspopup="menu" aria-expanded={false} onPointerEnter={loadItems} onFocus={loadItems} onClick={() => setWanted(true)} />;
  return wanted ? (
    <Suspense fallback={button}>
      <Items {...props} />
    </Suspense>
  ) : (
    button
  );
}

/** The avatar. */
export function AccountButton(props: ComponentProps<"button">) {
  const t = useTranslations("shell.account");
  const { me } = useViewer();
  const name = me.name || me.email;
  return <button type="button" {...props} className={classes.avatar} data-initials={initials(name)} aria-label={`${t("label")}: ${name}`} />;
}

/** One or two letters for the avatar. */
function initials(name: string): string {
  const words = name.split("@")[0]?.split(/[\s._-]+/).filter(Boolean) ?? [];
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters.map((word) => [...(word ?? "?")][0]?.toUpperCase()).join("");
}
