"use client";

import "@mantine/spotlight/styles.layer.css";
import { useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import classes from "./command-palette.module.css";
import { useCommands } from "./use-commands.tsx";
import { useFoundThings } from "./use-found-things.tsx";

const [store, palette] = createSpotlight();

export interface Command {
  id: string;
  label: string;
  /** quiet, at the right */
  detail?: string;
  icon: React.ReactNode;
  /** an address, or what to do */
  to: string | (() => void);
}

export interface CommandGroup {
  label: string;
  commands: readonly Command[];
}

/**
 * Pages, actions, VMs and machines by name. Fetched when it is first wanted; `wanted` counts how often that was, and each time opens it.
 */
export function CommandPalette({ admin, wanted }: { admin: boolean; wanted: number }) {
  const t = useTranslations("shell.search");
  const router = useRouter();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [query, setQuery] = useState("");
  const [settled] = useDebouncedValue(query.trim(), 150);
  useEffect(() => {
    if (wanted > 0) palette.open();
  }, [wanted]);

  const commands = useCommands(admin, () => setColorScheme(isDark(colorScheme) ? "light" : "dark"));
  const found = useFoundThings(admin, settled);
  const groups = [...filter(commands, query), ...found].filter((group) => group.commands.length > 0);
  return (
    <Spotlight.Root store={store} query={query} onQueryChange={setQuery} clearQueryOnClose shortcut={null} maxHeight={440} scrollable centered={false} yOffset="12vh" overlayProps={{ backgroundOpacity: 0.35, blur: 0 }} classNames={{ content: classes.content, search: classes.search, actionsGroup: classes.group, action: classes.action }}>
      <Spotlight.Search placeholder={t("placeholder")} aria-label={t("placeholder")} leftSection={<IconSearch size={18} stroke={1.6} aria-hidden />} />
      <Spotlight.ActionsList>
        {groups.map((group) => (
          <Spotlight.ActionsGroup key={group.label} label={group.label}>
            {group.commands.map((command) => (
              <Spotlight.Action
                key={command.id}
                label={command.label}
                leftSection={command.icon}
                rightSection={command.detail === undefined ? undefined : <span className={classes.detail}>{command.detail}</span>}
                onClick={() => (typeof command.to === "string" ? router.push(command.to) : command.to())}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && <Spotlight.Empty>{t("nothing", { query: query.trim() })}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function isDark(scheme: string): boolean {
  return scheme === "dark" || (scheme === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
}

/** Commands that contain every word of the query. */
function filter(groups: readonly CommandGroup[], query: string): CommandGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return groups.map((group) => ({ ...group, commands: group.commands.filter((command) => words.every((word) => command.label.toLowerCase().includes(word))) }));
}
