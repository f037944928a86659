"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import { writePreference } from "#components/theme/preferences.ts";
import { BottomBar } from "./bottom-bar.tsx";
import classes from "./frame.module.css";
import { LiveSync } from "./live-sync.tsx";
import { placesFor } from "./navigation.ts";
import { OfflineNotice } from "./offline-notice.tsx";
import { Rail } from "./rail.tsx";
import { ShortcutsProvider, useShortcuts } from "./shortcuts.tsx";
import { TopBar } from "./top-bar.tsx";
import { useViewer } from "./viewer-context.tsx";

const CommandPalette = dynamic(() => import("./command-palette.tsx").then((module) => module.CommandPalette), { ssr: false });
const ShortcutsDialog = dynamic(() => import("./shortcuts-dialog.tsx").then((module) => module.ShortcutsDialog), { ssr: false });

interface FrameProps {
  /** which rail, and the bar of another hue for administrators */
  side: "customer" | "admin";
  /** the rail as it was left */
  collapsed: boolean;
  children: ReactNode;
}

/** Everything around a page: rail, top bar, bottom bar on phones, search, keys, live updates. */
export function Frame(props: FrameProps) {
  return (
    <ShortcutsProvider>
      <FrameBody {...props} />
    </ShortcutsProvider>
  );
}

function FrameBody({ side, collapsed: initiallyCollapsed, children }: FrameProps) {
  const t = useTranslations("shell");
  const { me } = useViewer();
  const [collapsed, setCollapsed] = useState(initiallyCollapsed);
  const [searches, setSearches] = useState(0);
  const [keysShown, setKeysShown] = useState<boolean | null>(null);
  const admin = side === "admin";
  const home = admin ? "/admin" : "/";
  const places = placesFor(side, me.permissions);
  const search = () => setSearches((count) => count + 1);
  const showKeys = () => setKeysShown(true);
  useSearchKey(search);
  useFrameKeys({ places, search, showKeys });
  const toggleRail = () => {
    setCollapsed(!collapsed);
    writePreference("rail", collapsed ? "0" : "1");
  };
  return (
    <div className={classes.frame} data-side={side} data-collapsed={collapsed || undefined}>
      <a href="#content" className="skip-link">
        {t("skip")}
      </a>
      {admin && <div className={classes.adminBar} aria-hidden />}
      <Rail places={places} home={home} admin={admin} collapsed={collapsed} onToggle={toggleRail} />
      <div className={classes.column}>
        <TopBar admin={admin} home={home} onSearch={search} onShowKeys={showKeys} />
        <main id="content" tabIndex={-1} className={classes.main}>
          {children}
        </main>
      </div>
      <BottomBar places={places} />
      <OfflineNotice />
      <LiveSync admin={admin} />
      {searches > 0 && <CommandPalette admin={admin} wanted={searches} />}
      {keysShown !== null && <ShortcutsDialog opened={keysShown} onClose={() => setKeysShown(false)} />}
    </div>
  );
}

/** ⌘K and Ctrl-K, inside of fields too. */
function useSearchKey(search: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      search();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
}

function useFrameKeys({ places, search, showKeys }: { places: ReturnType<typeof placesFor>; search: () => void; showKeys: () => void }): void {
  const t = useTranslations("shell");
  const router = useRouter();
  useShortcuts(t("keys.anywhere"), [
    { keys: "/", label: t("keys.search"), run: search },
    { keys: "?", label: t("keys.help"), run: showKeys },
    ...places.map((place) => ({ keys: `g ${place.shortcut}`, label: t("keys.goTo", { page: t(`nav.${place.key}`) }), run: () => router.push(place.href) })),
  ], true);
}
