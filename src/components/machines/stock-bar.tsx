import { useTranslations } from "next-intl";
import { Meter } from "#components/ui/meter.tsx";

/** How full a machine is, as a bar with its share; amber from a quarter down, red when nothing is left. */
export function StockBar({ count, capacity }: { count: number; capacity: number }) {
  const t = useTranslations("machines.list");
  if (capacity === 0) return <>—</>;
  const share = count / capacity;
  return <Meter share={share} label={`${Math.round(share * 100)} %`} tone={share === 0 ? "none" : share <= 0.25 ? "low" : "good"} title={t("stockOf", { count, capacity })} />;
}
