"use client";

import { useTranslations } from "next-intl";
import type { ComponentProps } from "react";
import classes from "./account-menu.module.css";
import { useViewer } from "./viewer-context.tsx";

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
