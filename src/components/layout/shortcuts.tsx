"use client";

import { createContext, type ReactNode, useContext, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

export interface Shortcut {
  /** one key ("j", "?", "Enter") or two after each other ("g v"); letters in lower case */
  keys: string;
  /** what it does, in the reader's language */
  label: string;
  run: () => void;
}

interface Group {
  title: string;
  shortcuts: readonly Shortcut[];
  /** a page's own keys come before these */
  yields?: boolean;
}

interface Registry {
  groups: readonly Group[];
  add: (group: Group) => () => void;
}

const RegistryContext = createContext<Registry | null>(null);
const SEQUENCE_MS = 1200;

/** Listens for keys outside of fields, and knows all that are offered, for the list behind "?". */
export function ShortcutsProvider({ children }: { children: ReactNode }) {
  const [groups, setGroups] = useState<readonly Group[]>([]);
  const previous = useRef({ key: "", at: 0 });
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const sequence = Date.now() - previous.current.at < SEQUENCE_MS ? `${previous.current.key} ${event.key}` : "";
    previous.current = { key: event.key, at: Date.now() };
    const offered = groups.toSorted((a, b) => Number(a.yields ?? false) - Number(b.yields ?? false)).flatMap((group) => group.shortcuts);
    const found = offered.find((shortcut) => shortcut.keys === sequence) ?? offered.find((shortcut) => shortcut.keys === event.key);
    if (!found) return;
    event.preventDefault();
    previous.current = { key: "", at: 0 };
    found.run();
  });
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const registry = useMemo<Registry>(
    () => ({
      groups,
      add(group) {
        setGroups((before) => [...before, group]);
        return () => setGroups((before) => before.filter((each) => each !== group));
      },
    }),
    [groups],
  );
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

function useRegistry(): Registry {
  const registry = useContext(RegistryContext);
  if (!registry) throw new Error("shortcuts need a ShortcutsProvider above them");
  return registry;
}

/** Offers keys while the component is shown; they appear in the list behind "?". `run` may change between renders. `yields`: a page may take the same keys. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[], yields = false): void {
  const { add } = useRegistry();
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const addOnce = useEffectEvent(add);
  const signature = shortcuts.map((shortcut) => `${shortcut.keys}\t${shortcut.label}`).join("\n");
  useEffect(() => {
    const entries = signature === "" ? [] : signature.split("\n").map((line) => line.split("\t"));
    return addOnce({ title, shortcuts: entries.map(([keys = "", label = ""], index) => ({ keys, label, run: () => latest.current[index]?.run() })), yields });
  }, [title, signature, yields]);
}

/** All that is offered now, group by group. */
export function useShortcutGroups(): readonly Group[] {
  return useRegistry().groups;
}

/** Keys belong to a field, a menu or a dialog while one has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select, [role=menu], [role=dialog], [role=listbox]") !== null);
}
