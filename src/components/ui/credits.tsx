import { useTranslations } from "next-intl";
import { formatCredits } from "#shared/credits.ts";
import classes from "./credits.module.css";

interface CreditsProps {
  /** micro-credits, as the API gives them */
  micro: string | bigint;
  /** a price an hour: four decimals and "/ h" */
  perHour?: boolean;
  /** with the word "credits" */
  unit?: boolean;
  /** "+" before what was received, and its colour; for ledgers */
  signed?: boolean;
  /** "+" before a rise, without colour: of prices a rise is no gain */
  rise?: boolean;
}

/** An amount of credits: two decimals, tabular, so that points stand under each other. */
export function Credits({ micro, perHour = false, unit = false, signed = false, rise = false }: CreditsProps) {
  const t = useTranslations("common.credits");
  const value = BigInt(micro);
  const amount = `${(signed || rise) && value > 0n ? "+" : ""}${formatCredits(value, perHour ? 4 : 2)}`.replace("-", "−");
  const text = perHour ? t("perHour", { amount }) : unit ? t("unit", { amount }) : amount;
  return (
    <span className={classes.credits} data-received={(signed && value > 0n) || undefined}>
      {text}
    </span>
  );
}
