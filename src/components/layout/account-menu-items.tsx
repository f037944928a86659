"use client";

import { Menu } from "@mantine/core";
import { IconArrowsExchange, IconCheck, IconKeyboard, IconLogout, IconSettings } from "@tabler/icons-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { signOut } from "#components/api/browser-session.ts";
import { LANGUAGE_NAMES, LOCALES } from "#components/i18n/locales.ts";
import { AccountButton } from "./account-button.tsx";
import classes from "./account-menu.module.css";
import { usePreferences } from "./use-preferences.ts";
import { useViewer } from "./viewer-context.tsx";

const THEMES = ["auto", "light", "dark"] as const;

export interface AccountMenuItemsProps {
  admin: boolean;
  onShowKeys: () => void;
}

/** The account menu itself, opened. It stands alone because Mantine's menus weigh as much as all the rest of the frame. */
export function AccountMenuItems({ admin, onShowKeys }: AccountMenuItemsProps) {
  const t = useTranslations("shell");
  const { me } = useViewer();
  const preferences = usePreferences();
  const choice = (label: string, chosen: boolean, choose: () => void) => (
    <Menu.Item key={label} role="menuitemradio" aria-checked={chosen} closeMenuOnClick={false} onClick={choose} rightSection={chosen ? <IconCheck size={16} aria-hidden /> : null}>
      {label}
    </Menu.Item>
  );
  return (
    <Menu defaultOpened position="bottom-end" width={236}>
      <Menu.Target>
        <AccountButton />
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.person}>
          {me.name && <span className={classes.name}>{me.name}</span>}
          <span className={classes.email}>{me.email}</span>
        </div>
        <Menu.Divider />
        <Menu.Label>{t("account.theme")}</Menu.Label>
        {THEMES.map((theme) => choice(t(`account.themes.${theme}`), preferences.theme === theme, () => preferences.setTheme(theme)))}
        <Menu.Label>{t("account.language")}</Menu.Label>
        {LOCALES.map((locale) => choice(LANGUAGE_NAMES[locale], preferences.locale === locale, () => preferences.setLocale(locale)))}
        <Menu.Divider />
        {me.role !== null && (
          <Menu.Item component={Link} href={admin ? "/" : "/admin"} leftSection={<IconArrowsExchange size={16} stroke={1.6} aria-hidden />}>
            {t(admin ? "admin.leave" : "admin.enter")}
          </Menu.Item>
        )}
        <Menu.Item component={Link} href="/settings" leftSection={<IconSettings size={16} stroke={1.6} aria-hidden />}>
          {t("account.settings")}
        </Menu.Item>
        <Menu.Item onClick={onShowKeys} leftSection={<IconKeyboard size={16} stroke={1.6} aria-hidden />} rightSection={<kbd className={classes.key}>?</kbd>}>
          {t("account.keys")}
        </Menu.Item>
        <Menu.Item onClick={() => void signOut()} leftSection={<IconLogout size={16} stroke={1.6} aria-hidden />}>
          {t("account.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
