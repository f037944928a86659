"use client";

import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { LogoMark } from "./logo.tsx";
import { isAt, type Place } from "./navigation.ts";
import classes from "./rail.module.css";

interface RailProps {
  places: readonly Place[];
  home: string;
  admin: boolean;
  collapsed: boolean;
  onToggle: () => void;
}

/** The navigation at the left; collapsed it shows icons alone. */
export function Rail({ places, home, admin, collapsed, onToggle }: RailProps) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  const Toggle = collapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <nav aria-label={t("nav.label")} className={classes.rail} data-collapsed={collapsed || undefined}>
      <Link href={home} className={classes.brand} {...(collapsed ? { "aria-label": t("product") } : {})}>
        <LogoMark size={22} />
        <span className={classes.name}>{t("product")}</span> {admin && <span className={classes.badge}>{t("admin.badge")}</span>}
      </Link>
      <div className={classes.places}>
        {places.map((place) => {
          const here = isAt(place, pathname);
          return (
            <Link key={place.key} href={place.href} className={classes.place} aria-current={here ? "page" : undefined} title={t(`nav.${place.key}`)} {...(collapsed ? { "aria-label": t(`nav.${place.key}`) } : {})}>
              <place.icon size={18} stroke={1.6} aria-hidden />
              <span className={classes.label}>{t(`nav.${place.key}`)}</span>
            </Link>
          );
        })}
      </div>
      <button type="button" className={classes.toggle} onClick={onToggle} aria-label={t(collapsed ? "nav.expand" : "nav.collapse")} title={t(collapsed ? "nav.expand" : "nav.collapse")}>
        <Toggle size={18} stroke={1.6} aria-hidden />
      </button>
    </nav>
  );
}
