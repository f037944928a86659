/** Languages of the product. */
export const LOCALES = ["en", "ko"] as const;
export type Locale = (typeof LOCALES)[number];

/** One message file an area and language: messages/<locale>/<area>.json; the area is the namespace. */
export const AREAS = ["common", "errors", "auth", "shell", "vm", "console", "changes", "backups", "credits", "topups", "statements", "projects", "machines", "map", "alerts", "notifications", "orders", "diagnostics", "stock", "products", "fleet", "settings", "admin", "catalog", "prices", "revenue", "payments", "hosts", "firmware", "updates", "batches", "storefront", "docs"] as const;
export type Area = (typeof AREAS)[number];

/** Whether we speak it. */
export function isLocale(value: string | undefined): value is Locale {
  return value !== undefined && (LOCALES as readonly string[]).includes(value);
}

/** The first language of an Accept-Language header that we speak; English when there is none. */
export function negotiateLocale(acceptLanguage: string | null): Locale {
  const wanted = (acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const quality = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find((text) => text !== undefined);
      return { language: tag.trim().toLowerCase().split("-")[0], quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter((choice) => choice.quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.map((choice) => choice.language).find(isLocale) ?? "en";
}

/** Each language by its own name, so that somebody lost in the other one finds theirs. */
export const LANGUAGE_NAMES: Record<Locale, string> = { en: "English", ko: "한국어" };
