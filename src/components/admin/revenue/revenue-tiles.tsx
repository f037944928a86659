import { useTranslations } from "next-intl";
import { useMoney } from "#components/billing/top-up/use-money.ts";
import { Credits } from "#components/ui/credits.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { formatCredits } from "#shared/credits.ts";
import { CONSUMED, GIVEN, PAID_IN, type Revenue, sumOf } from "./revenue-points.ts";

/** The period's four numbers, and what customers have besides at its end. */
export function RevenueTiles({ revenue: { lines, closing, money, held, owedUsage, owedPayments } }: { revenue: Revenue }) {
  const t = useTranslations("revenue.tiles");
  const format = useMoney();
  const plain = (micro: bigint | string) => formatCredits(micro);
  const net = money.map(({ netMinor, currency }) => format(netMinor, currency)).join(" + ");
  const breakage = -sumOf(lines, ["breakage"]);
  return (
    <>
      <StatRow>
        <Stat label={t("paidIn")} value={net || <Credits micro={sumOf(lines, PAID_IN)} />} hint={t("paidInHint", { amount: plain(sumOf(lines, PAID_IN)) })} />
        <Stat label={t("consumed")} value={<Credits micro={-sumOf(lines, CONSUMED)} />} hint={t("parts", { paid: plain(-sumOf(lines, CONSUMED, "paid")), promotional: plain(-sumOf(lines, CONSUMED, "promotional")) })} />
        <Stat label={t("given")} value={<Credits micro={sumOf(lines, GIVEN)} />} hint={t("givenHint")} />
        <Stat label={t("breakage")} value={<Credits micro={breakage} />} hint={t("breakageHint")} />
      </StatRow>
      <StatRow>
        <Stat label={t("unspent")} value={<Credits micro={closing.amount} />} hint={t("parts", { paid: plain(closing.paid), promotional: plain(closing.promotional) })} />
        <Stat label={t("held")} value={<Credits micro={held} />} hint={t("heldHint")} />
        <Stat label={t("owedUsage")} value={<Credits micro={owedUsage} />} hint={t("owedUsageHint")} />
        <Stat label={t("owedPayments")} value={<Credits micro={owedPayments} />} hint={t("owedPaymentsHint")} />
      </StatRow>
    </>
  );
}
