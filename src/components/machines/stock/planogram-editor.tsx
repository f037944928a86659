"use client";

import { Button, Group, VisuallyHidden } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Notice } from "#components/ui/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Planogram, PlanogramSlot } from "#shared/machines/planogram.ts";
import type { Cover, StockOverview } from "#shared/machines/stock.ts";
import { PlanogramGrid, type SlotMark } from "../planogram-grid.tsx";
import type { MachineSide } from "../use-machines.ts";
import { asGridSlot, beginEdit, changedSlots, type PlanogramEdit, swapSlots, toSave, withNews } from "./planogram-edit.ts";
import { SlotDrawer } from "./slot-drawer.tsx";
import { useSavePlanogram } from "./use-stock.ts";

interface PlanogramEditorProps {
  side: MachineSide;
  planogram: Planogram;
  cover: StockOverview | undefined;
  mayConfigure: boolean;
  mayCount: boolean;
  actions: ReactNode;
}

/** The machine's slots as they stand in it: looked at, moved, changed, and saved together. */
export function PlanogramEditor({ side, planogram, cover, mayConfigure, mayCount, actions }: PlanogramEditorProps) {
  const t = useTranslations("stock.editor");
  const [kept, setEdit] = useState<PlanogramEdit>(() => beginEdit(planogram));
  const [selected, setSelected] = useState<string | null>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const [stale, setStale] = useState(false);
  const [said, setSaid] = useState("");
  const edit = withNews(kept, planogram);
  const changed = changedSlots(edit);
  const save = useSavePlanogram(side, { onSaved: () => setEdit(beginEdit(planogram)), onStale: () => setStale(true) });
  const covers = new Map(cover?.slots.map((slot) => [slot.slot, slot]));
  const marks = new Map(edit.slots.map((slot) => [slot.code, markOf(slot, covers.get(slot.code), changed.has(slot.code), t)]));
  const startAnew = (): void => {
    setEdit(beginEdit(planogram));
    setStale(false);
  };
  return (
    <Section title={t("title")} description={t(mayConfigure ? "help" : "helpRead")} actions={actions}>
      {stale && (
        <Notice tone="warn" title={t("staleTitle")} action={<Button size="xs" variant="default" onClick={startAnew}>{t("reload")}</Button>}>
          {t("staleText")}
        </Notice>
      )}
      <PlanogramGrid
        slots={edit.slots.map(asGridSlot)}
        selected={selected}
        onSelect={setSelected}
        onOpen={setOpened}
        markOf={(code) => marks.get(code)}
        {...(mayConfigure
          ? {
              onHold: (code) => setSaid(t("held", { code })),
              onMove: (from, to) => {
                setEdit(swapSlots(edit, from, to));
                setSelected(to);
                setSaid(t("swapped", { from, to }));
              },
            }
          : {})}
      />
      <VisuallyHidden role="status">{said}</VisuallyHidden>
      {changed.size > 0 && (
        <Group mt="md" gap="xs" justify="flex-end">
          <Button variant="default" onClick={startAnew} disabled={save.isPending}>{t("discard")}</Button>
          <Button onClick={() => save.mutate(toSave(edit))} loading={save.isPending} disabled={stale}>{t("save", { count: changed.size })}</Button>
        </Group>
      )}
      <SlotDrawer
        side={side}
        edit={edit}
        code={opened}
        cover={opened === null ? undefined : covers.get(opened)}
        mayConfigure={mayConfigure}
        mayCount={mayCount}
        onChange={setEdit}
        onClose={() => setOpened(null)}
      />
    </Section>
  );
}

function markOf(slot: PlanogramSlot, cover: Cover | undefined, changed: boolean, t: ReturnType<typeof useTranslations<"stock.editor">>): SlotMark {
  const days = cover?.basis === "sales" && cover.days !== null ? Math.round(cover.days) : null;
  const off = slot.disabledReason !== null;
  const text = off ? t("disabled") : [days === null ? "" : t("cover", { days }), slot.uncertain ? t("uncertain") : ""].filter(Boolean).join(" ");
  const words = [off ? t("disabled") : "", days === null ? "" : t("coverFull", { days }), changed ? t("changed") : ""].filter(Boolean).join(", ");
  const tone = off ? "off" : (days !== null && days < 2) || slot.uncertain ? "warn" : "quiet";
  return { ...(text ? { text } : {}), words, tone, changed };
}
