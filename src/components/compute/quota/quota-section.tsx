"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { Section } from "#components/ui/section.tsx";
import { QuotaBars } from "./quota-bars.tsx";

/** How much of the quota all projects together have used; nothing until it is known. */
export function QuotaSection() {
  const t = useTranslations("vm.quota");
  const quota = useQuery(useTRPC().compute.quota.queryOptions());
  if (!quota.data) return null;
  return (
    <Section title={t("title")} description={t("tier", { tier: quota.data.tier })}>
      <QuotaBars quota={quota.data} />
    </Section>
  );
}
