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
  /** the only one that is possible; null: all are */
  fixed: string | null;
  onChange: (id: string) => void;
}

/** Places to choose from. */
export function RegionCards({ regions, value, fixed, onChange }: RegionCardsProps) {
  const t = useTranslations("vm.create");
  return (
    <ChoiceCards legend={t("region")}>
      {regions.map((region) => (
        <ChoiceCard key={region.id} name="region" value={region.id} checked={region.id === value} onChange={onChange} unavailable={fixed === null || region.id === fixed ? undefined : t("backup.elsewhere")}>
          <span className={classes.name}>{region.name}</span>
          <span className={classes.id}>{region.id}</span>
        </ChoiceCard>
      ))}
    </ChoiceCards>
  );
}
