"use client";

import { Drawer } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import classes from "./bottom-bar.module.css";
import { isAt, type Place } from "./navigation.ts";

/** The navigation on phones, under the thumb: four places and the rest behind "More". */
export function BottomBar({ places }: { places: readonly Place[] }) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  const [opened, setOpened] = useState(false);
  const primary = places.filter((place) => place.primary);
  const rest = places.filter((place) => !place.primary);
  const link = (place: Place, className: string | undefined) => (
    <Link key={place.key} href={place.href} className={className} aria-current={isAt(place, pathname) ? "page" : undefined} onClick={() => setOpened(false)}>
      <place.icon size={20} stroke={1.6} aria-hidden />
      <span>{t(`nav.${place.key}`)}</span>
    </Link>
  );
  return (
    <>
      <nav className={classes.bar} aria-label={t("nav.label")}>
        {primary.map((place) => link(place, classes.item))}
        {rest.length > 0 && (
          <button type="button" className={classes.item} aria-haspopup="dialog" data-here={rest.some((place) => isAt(place, pathname)) || undefined} onClick={() => setOpened(true)}>
            <IconDots size={20} stroke={1.6} aria-hidden />
            <span>{t("nav.more")}</span>
          </button>
        )}
      </nav>
      <Drawer opened={opened} onClose={() => setOpened(false)} position="bottom" classNames={{ content: classes.drawer }} title={t("nav.more")}>
        <div className={classes.sheet}>{rest.map((place) => link(place, classes.row))}</div>
      </Drawer>
    </>
  );
}
