"use client";

import { useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import { stockTone } from "./planogram.ts";
import { PlanogramGrid } from "./planogram-grid.tsx";
import type { Slot } from "./types.ts";

/** What is in which slot, with what to refill said first. */
export function MachineStock({ slots, stock }: { slots: readonly Slot[]; stock: { count: number; capacity: number } }) {
  const t = useTranslations("machines.stock");
  const empty = slots.filter((slot) => stockTone(slot) === "empty").length;
  const low = slots.filter((slot) => stockTone(slot) === "low").length;
  const words = [t("summary", stock), ...(empty > 0 ? [t("empty", { count: empty })] : []), ...(low > 0 ? [t("low", { count: low })] : [])];
  return (
    <Section title={t("title")} {...(slots.length > 0 ? { description: words.join(" · ") } : {})}>
      <PlanogramGrid slots={slots} />
    </Section>
  );
}
