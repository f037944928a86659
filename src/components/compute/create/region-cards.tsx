import { useTranslations } from "next-intl";
import { ChoiceCard, ChoiceCards } from "./choice-card.tsx";
import classes from "./region-cards.module.css";

export interface Region {
  id: string;
  name: string;
}

interface RegionCardsProps {
  regions: readonly Region[];
  value: string;
  onChange: (id: string) => void;
}

/** Places to choose from. */
export function RegionCards({ regions, value, onChange }: RegionCardsProps) {
  const t = useTranslations("vm.create");
  return (
    <ChoiceCards legend={t("region")}>
      {regions.map((region) => (
        <ChoiceCard key={region.id} name="region" value={region.id} checked={region.id === value} onChange={onChange}>
          <span className={classes.name}>{region.name}</span>
          <span className={classes.id}>{region.id}</span>
        </ChoiceCard>
      ))}
    </ChoiceCards>
  );
}
