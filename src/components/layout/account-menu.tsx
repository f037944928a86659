"use client";

import { lazy, Suspense, useState } from "react";
import { AccountButton } from "./account-button.tsx";
import type { AccountMenuItemsProps } from "./account-menu-items.tsx";

const loadItems = () => import("./account-menu-items.tsx");
const Items = lazy(() => loadItems().then((module) => ({ default: module.AccountMenuItems })));

/** The person: theme, language, the other side of the site, signing out. The menu is fetched when somebody reaches for it. */
export function AccountMenu(props: AccountMenuItemsProps) {
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
