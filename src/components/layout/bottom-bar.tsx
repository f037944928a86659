"use client";

import { IconDots } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import classes from "./bottom-bar.module.css";
import { isAt, type Place } from "./navigation.ts";

const MoreSheet = dynamic(() => import("./more-sheet.tsx").then((module) => module.MoreSheet), { ssr: false });

/** The navigation on phones, under the thumb: four places and the rest behind "More". */
export function BottomBar({ places }: { places: readonly Place[] }) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  // null: never asked for, so not fetched
  const [opened, setOpened] = useState<boolean | null>(null);
  const primary = places.filter((place) => place.primary);
  const rest = places.filter((place) => !place.primary);
  return (
    <>
      <nav className={classes.bar} aria-label={t("nav.label")}>
        {primary.map((place) => (
          <Link key={place.key} href={place.href} className={classes.item} aria-current={isAt(place, pathname) ? "page" : undefined}>
            <place.icon size={20} stroke={1.6} aria-hidden />
            <span>{t(`nav.${place.key}`)}</span>
          </Link>
        ))}
        {rest.length > 0 && (
          <button type="button" className={classes.item} aria-haspopup="dialog" data-here={rest.some((place) => isAt(place, pathname)) || undefined} onClick={() => setOpened(true)}>
            <IconDots size={20} stroke={1.6} aria-hidden />
            <span>{t("nav.more")}</span>
          </button>
        )}
      </nav>
      {opened !== null && <MoreSheet places={rest} opened={opened} onClose={() => setOpened(false)} />}
    </>
  );
}
