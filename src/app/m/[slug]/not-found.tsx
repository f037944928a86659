import { getTranslations } from "next-intl/server";
import classes from "#components/ui/plain-page.module.css";

/** No machine of ours is sold from at this address. */
export default async function NotFound() {
  const t = await getTranslations("storefront.missing");
  return (
    <main className={classes.page}>
      <h1>{t("title")}</h1>
      <p>{t("text")}</p>
    </main>
  );
}
