/** Beside the schemas, which would bring zod into the page that offers these. */
export const BREAKDOWNS = ["project", "kind", "resource", "day"] as const;

/** A breakdown reaches over a leap year. */
export const MOST_DAYS = 366;
