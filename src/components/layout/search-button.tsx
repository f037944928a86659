"use client";

import { IconSearch } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import classes from "./search-button.module.css";

const never = () => () => {};
const isApple = () => /Mac|iPhone|iPad/.test(navigator.platform);

/** Opens the command palette; looks like the field it opens. */
export function SearchButton({ onOpen }: { onOpen: () => void }) {
  const t = useTranslations("shell.search");
  const apple = useSyncExternalStore(never, isApple, () => false);
  return (
    <button type="button" className={classes.search} onClick={onOpen} aria-keyshortcuts="Control+K Meta+K">
      <IconSearch size={16} stroke={1.6} aria-hidden />
      <span className={classes.word}>{t("open")}</span> <kbd className={classes.key}>{apple ? "⌘K" : "Ctrl K"}</kbd>
    </button>
  );
}
