import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { PREFERENCE_COOKIES } from "../theme/preferences.ts";
import { isLocale, negotiateLocale } from "./locales.ts";
import { loadMessages } from "./load-messages.ts";

/** Language, time zone and clock of one request: the cookie's preference, else what the browser asks for. Addresses carry no language. */
export default getRequestConfig(async () => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const preferred = jar.get(PREFERENCE_COOKIES.locale)?.value;
  const locale = isLocale(preferred) ? preferred : negotiateLocale(head.get("accept-language"));
  return { locale, messages: await loadMessages(locale), timeZone: knownTimeZone(jar.get(PREFERENCE_COOKIES.timeZone)?.value), now: new Date() };
});

function knownTimeZone(zone: string | undefined): string {
  if (zone === undefined || zone.length > 64) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
