"use client";

import { useTranslations } from "next-intl";
import { type RefObject, useRef } from "react";
import { useShortcuts } from "#components/layout/shortcuts.tsx";

/** Walks through a list by j and k (Enter then follows the focused link), and "/" into its search. Put the refs around the table and on the search field. */
export function useRowKeys(): { list: RefObject<HTMLDivElement | null>; search: RefObject<HTMLInputElement | null> } {
  const t = useTranslations("common.table");
  const list = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const move = (by: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll("tbody tr") ?? [])].flatMap((row) => row.querySelector<HTMLElement>("a, button") ?? []);
    const at = rows.findIndex((row) => row === document.activeElement);
    rows[at === -1 ? (by === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
  };
  useShortcuts(t("keys"), [
    { keys: "j", label: t("keyNext"), run: () => move(1) },
    { keys: "k", label: t("keyPrevious"), run: () => move(-1) },
    { keys: "/", label: t("keySearch"), run: () => search.current?.focus() },
  ]);
  return { list, search };
}
