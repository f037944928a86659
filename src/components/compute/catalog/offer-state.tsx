import { useTranslations } from "next-intl";
import classes from "./catalog.module.css";

/** Whether customers can have it. */
export function OfferState({ active }: { active: boolean }) {
  const t = useTranslations("catalog");
  return active ? <span>{t("forSale")}</span> : <span className={classes.dim}>{t("archived")}</span>;
}
