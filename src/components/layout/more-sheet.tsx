"use client";

import { Drawer } from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import classes from "./bottom-bar.module.css";
import { isAt, type Place } from "./navigation.ts";

interface MoreSheetProps {
  places: readonly Place[];
  opened: boolean;
  onClose: () => void;
}

/** The places that the bottom bar has no room for. */
export function MoreSheet({ places, opened, onClose }: MoreSheetProps) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  return (
    <Drawer opened={opened} onClose={onClose} position="bottom" classNames={{ content: classes.drawer ?? "" }} title={t("nav.more")}>
      <nav aria-label={t("nav.more")} className={classes.sheet}>
        {places.map((place) => (
          <Link key={place.key} href={place.href} className={classes.row} aria-current={isAt(place, pathname) ? "page" : undefined} onClick={onClose}>
            <place.icon size={20} stroke={1.6} aria-hidden />
            <span>{t(`nav.${place.key}`)}</span>
          </Link>
        ))}
      </nav>
    </Drawer>
  );
}
