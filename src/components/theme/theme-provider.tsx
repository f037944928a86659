"use client";

import { MantineProvider, type MantineColorSchemeManager } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { type ReactNode, useEffect, useState } from "react";
import { cssVariablesResolver } from "./css-variables.ts";
import { asTheme, readPreference, type ThemePreference, writePreference } from "./preferences.ts";
import { theme } from "./theme.ts";

/** Keeps the colour scheme in our cookie, where the server reads it for the next page. */
function cookieManager(initial: ThemePreference): MantineColorSchemeManager {
  return {
    get: () => (typeof document === "undefined" ? initial : asTheme(readPreference("theme"))),
    set: (value) => writePreference("theme", value),
    subscribe: () => {},
    unsubscribe: () => {},
    clear: () => writePreference("theme", "auto"),
  };
}

/** Mantine with our theme, and the place where toasts appear. `initial` is the cookie's value as the server saw it. */
export function ThemeProvider({ initial, children }: { initial: ThemePreference; children: ReactNode }) {
  const [manager] = useState(() => cookieManager(initial));
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && readPreference("timeZone") !== zone) writePreference("timeZone", zone);
  }, []);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} colorSchemeManager={manager} defaultColorScheme={initial}>
      {children}
      <Notifications position="bottom-right" limit={4} autoClose={5000} />
    </MantineProvider>
  );
}
