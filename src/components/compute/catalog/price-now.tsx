import { perMonth } from "#components/billing/forecast.ts";
import { Credits } from "#components/ui/credits.tsx";

interface PriceNowProps {
  offered: { computePricePerHour: string | null; storagePricePerHour: string | null };
  /** of a month instead of an hour */
  month?: boolean;
}

/** What something in the catalog costs now, running. */
export function PriceNow({ offered, month = false }: PriceNowProps) {
  if (offered.computePricePerHour === null || offered.storagePricePerHour === null) return "—";
  const price = BigInt(offered.computePricePerHour) + BigInt(offered.storagePricePerHour);
  return month ? <Credits micro={perMonth(price)} /> : <Credits micro={price} perHour />;
}
