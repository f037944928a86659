import { useTranslations } from "next-intl";

/** Names what of a resource is charged; what we have no word for stays as it is. */
export function useComponentName(): (component: string) => string {
  const t = useTranslations("statements");
  return (component) => (component === "compute" ? t("components.compute") : component === "storage" ? t("components.storage") : component);
}
