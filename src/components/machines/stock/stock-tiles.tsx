import { useTranslations } from "next-intl";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import type { Planogram } from "#shared/machines/planogram.ts";
import { type StockOverview, stockLevel } from "#shared/machines/stock.ts";

/** The machine's stock in four numbers. */
export function StockTiles({ planogram, cover }: { planogram: Planogram; cover: StockOverview | undefined }) {
  const t = useTranslations("stock.tiles");
  const slots = planogram.slots.filter((slot) => slot.productId !== null);
  const levels = slots.map((slot) => stockLevel({ ...slot, hasProduct: true }));
  const empty = levels.filter((level) => level === "empty").length;
  const low = levels.filter((level) => level === "low").length;
  const uncertain = slots.filter((slot) => slot.uncertain).length;
  const days = cover?.machine.firstEmptyDays ?? null;
  return (
    <StatRow>
      <Stat label={t("inside")} value={slots.reduce((sum, slot) => sum + slot.count, 0)} hint={t("insideOf", { capacity: slots.reduce((sum, slot) => sum + slot.capacity, 0) })} />
      <Stat
        label={t("days")}
        value={days === null ? "—" : days}
        {...(days === null ? {} : { unit: t("daysUnit", { days }) })}
        hint={cover && t(days === null ? "daysUnknown" : "daysHint")}
        tone={days !== null && days < 2 ? "warn" : "neutral"}
      />
      <Stat label={t("perDay")} value={cover && cover.machine.perDay > 0 ? cover.machine.perDay : "—"} hint={t("perDayHint")} />
      <Stat label={t("attention")} value={empty + low + uncertain} hint={t("attentionHint", { empty, low, uncertain })} tone={empty > 0 ? "bad" : low + uncertain > 0 ? "warn" : "ok"} />
    </StatRow>
  );
}
