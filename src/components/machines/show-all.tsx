"use client";

import { UnstyledButton } from "@mantine/core";
import { useTranslations } from "next-intl";
import classes from "./show-all.module.css";

/** Below a list that shows its first entries only; nothing when these are all. */
export function ShowAll({ count, atFirst, all, onToggle }: { count: number; atFirst: number; all: boolean; onToggle: () => void }) {
  const t = useTranslations("machines.showAll");
  if (count <= atFirst) return null;
  return (
    <UnstyledButton className={classes.more} aria-expanded={all} onClick={onToggle}>
      {all ? t("less") : t("more", { count })}
    </UnstyledButton>
  );
}
