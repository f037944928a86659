/** Choices that the first paint depends on live in cookies, so that the server renders them and nothing flashes. */
export const PREFERENCE_COOKIES = {
  /** light | dark | auto */
  theme: "sy_theme",
  /** en | ko */
  locale: "sy_locale",
  /** IANA name, written by the browser */
  timeZone: "sy_tz",
  /** "1": the rail shows icons alone */
  rail: "sy_rail",
} as const;

const YEAR_SECONDS = 31_536_000;

export type ThemePreference = "light" | "dark" | "auto";

/** Any text as a theme; what isn't one is "auto". */
export function asTheme(value: string | undefined): ThemePreference {
  return value === "light" || value === "dark" ? value : "auto";
}

/** In the browser: keeps a preference for a year. */
export function writePreference(name: keyof typeof PREFERENCE_COOKIES, value: string): void {
  const secure = window.location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${PREFERENCE_COOKIES[name]}=${encodeURIComponent(value)}; path=/; max-age=${YEAR_SECONDS}; samesite=lax${secure}`;
}

/** In the browser: a preference's value, undefined when there is none. */
export function readPreference(name: keyof typeof PREFERENCE_COOKIES): string | undefined {
  const prefix = `${PREFERENCE_COOKIES[name]}=`;
  const pair = document.cookie.split("; ").find((part) => part.startsWith(prefix));
  return pair === undefined ? undefined : decodeURIComponent(pair.slice(prefix.length));
}
