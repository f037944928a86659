"use client";

import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useRef } from "react";
import { useTRPCClient } from "#components/api/trpc.ts";
import classes from "./console.module.css";
import { type ConsoleState, startConsole } from "./console-session.ts";

interface ConsoleScreenProps {
  vm: { id: string; name: string };
  fits: boolean;
  /** id of the text that tells how to leave it */
  hint: string;
  /** a ticket that is there already; null: a new one is asked for */
  ticket: () => string | null;
  onState: (state: ConsoleState) => void;
}

/** One connection to a VM's screen, for as long as this is on the page. */
export function ConsoleScreen({ vm, fits, hint, ticket, onState }: ConsoleScreenProps) {
  const t = useTranslations("console");
  const client = useTRPCClient();
  const target = useRef<HTMLDivElement>(null);
  const take = useEffectEvent(async () => ticket() ?? (await client.compute.console.open.mutate({ id: vm.id })).ticket);
  const tell = useEffectEvent(onState);
  useEffect(() => (target.current ? startConsole(target.current, () => take(), (state) => tell(state)) : undefined), []);
  return <div ref={target} className={classes.screen} data-fits={fits || undefined} role="application" aria-label={t("screen", { name: vm.name })} aria-describedby={hint} />;
}
