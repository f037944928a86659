import { useTranslations } from "next-intl";
import { perMonth } from "#components/billing/forecast.ts";
import { Credits } from "#components/ui/credits.tsx";
import type { Plan } from "../types.ts";
import { VmSize } from "../vm-size.tsx";
import { ChoiceCard, ChoiceCards } from "./choice-card.tsx";
import classes from "./plan-cards.module.css";

/** What the VM's disk is made from: an image or a backup. */
export interface DiskSource {
  /** null: a backup */
  imageName: string | null;
  minStorageGb: number;
}

interface PlanCardsProps {
  plans: readonly Plan[];
  /** what has to fit on the plan's disk */
  source: DiskSource | undefined;
  value: string;
  onChange: (slug: string) => void;
}

/** Sizes to choose from, each with its price an hour and a month. */
export function PlanCards({ plans, source, value, onChange }: PlanCardsProps) {
  const t = useTranslations("vm.create");
  const tooSmall = ({ imageName, minStorageGb: gb }: DiskSource) => (imageName === null ? t("backup.diskTooSmall", { gb }) : t("diskTooSmall", { image: imageName, gb }));
  return (
    <ChoiceCards legend={t("plan")}>
      {plans.map((plan) => (
        <ChoiceCard
          key={plan.slug}
          name="plan"
          value={plan.slug}
          checked={plan.slug === value}
          onChange={onChange}
          unavailable={source === undefined || fits(plan, source) ? undefined : tooSmall(source)}
        >
          <span className={classes.name}>{plan.name}</span>
          <span className={classes.size}>
            <VmSize resources={plan.resources} />
          </span>
          {(plan.description !== "" || plan.expireInDays !== null) && (
            <span className={classes.about}>
              {plan.description}
              {plan.expireInDays !== null && <span>{t("planExpires", { days: plan.expireInDays })}</span>}
            </span>
          )}
          <span className={classes.hour}>
            <Credits micro={plan.pricePerHour} perHour />
          </span>
          <span className={classes.month}>{t("aMonth")} <Credits micro={perMonth(plan.pricePerHour)} /></span>
        </ChoiceCard>
      ))}
    </ChoiceCards>
  );
}

/** Whether what the disk is made from fits on the plan's disk. */
export function fits(plan: Plan, source: DiskSource | undefined): boolean {
  return source === undefined || plan.resources.storageGb >= source.minStorageGb;
}
