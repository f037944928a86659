"use client";

import { MantineProvider, type MantineColorSchemeManager, mergeThemeOverrides } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { ToastHost } from "#components/ui/toast-host.tsx";
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

/** The cross of every dialog has a name in the reader's language; its <header> is no second banner of the page. */
function withCloseName(name: string) {
  const defaultProps = { closeButtonProps: { "aria-label": name }, attributes: { header: { role: "none" } } };
  return { components: { Modal: { defaultProps: { ...theme.components?.Modal?.defaultProps, ...defaultProps } }, Drawer: { defaultProps: { ...theme.components?.Drawer?.defaultProps, ...defaultProps } } } };
}

/** Mantine with our theme, and the place where toasts appear. `initial` is the cookie's value as the server saw it. */
export function ThemeProvider({ initial, children }: { initial: ThemePreference; children: ReactNode }) {
  const t = useTranslations("common.actions");
  const close = t("close");
  const named = useMemo(() => mergeThemeOverrides(theme, withCloseName(close)), [close]);
  const [manager] = useState(() => cookieManager(initial));
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && readPreference("timeZone") !== zone) writePreference("timeZone", zone);
  }, []);
  return (
    <MantineProvider theme={named} cssVariablesResolver={cssVariablesResolver} colorSchemeManager={manager} defaultColorScheme={initial}>
      {children}
      <ToastHost />
    </MantineProvider>
  );
}
