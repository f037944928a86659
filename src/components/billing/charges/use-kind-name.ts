import { useTranslations } from "next-intl";

/** Names a kind of resource: "vm" is "Virtual machines". */
export function useKindName(): (kind: string) => string {
  const t = useTranslations("statements.charges");
  return (kind) => (kind === "vm" ? t("kinds.vm") : kind);
}
