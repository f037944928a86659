import { useTranslations } from "next-intl";
import type { Image } from "../types.ts";
import { ChoiceCard, ChoiceCards } from "./choice-card.tsx";
import classes from "./image-cards.module.css";

interface ImageCardsProps {
  images: readonly Image[];
  value: string;
  onChange: (slug: string) => void;
}

/** Operating systems to choose from. */
export function ImageCards({ images, value, onChange }: ImageCardsProps) {
  const t = useTranslations("vm.create");
  return (
    <ChoiceCards legend={t("image")}>
      {images.map((image) => (
        <ChoiceCard key={image.slug} name="image" value={image.slug} checked={image.slug === value} onChange={onChange}>
          <span className={classes.line}>
            <ImageMark family={image.family} />
            <span className={classes.words}>
              <span className={classes.name}>{image.name}</span>
              <span className={classes.user}>{t("imageUser", { user: image.defaultUser })}</span>
            </span>
          </span>
        </ChoiceCard>
      ))}
    </ChoiceCards>
  );
}

/** Two letters of the system's family, as in a table of elements. */
export function ImageMark({ family }: { family: string }) {
  return (
    <span className={classes.mark} aria-hidden>
      {family.slice(0, 1).toUpperCase() + family.slice(1, 2)}
    </span>
  );
}
