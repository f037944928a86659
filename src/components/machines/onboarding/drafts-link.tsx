"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { TextLink } from "#components/ui/text-link.tsx";
import classes from "./draft-list.module.css";

/** Says above the machines that there are some whose set-up is not finished; nothing when there are none. */
export function DraftsLink() {
  const t = useTranslations("machines.drafts");
  const drafts = useQuery(useTRPC().machines.admin.drafts.queryOptions({ limit: 1 }));
  const count = drafts.data?.pagination.total ?? 0;
  if (count === 0) return null;
  return (
    <p className={classes.waiting}>
      {t("waiting", { count })} <TextLink href="/admin/machines/drafts">{t("show")}</TextLink>
    </p>
  );
}
