"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useViewer } from "#components/layout/viewer-context.tsx";
import type { VmDetail } from "../types.ts";
import classes from "./console.module.css";
import { ConsoleNotice } from "./console-notice.tsx";
import { ConsoleScreen } from "./console-screen.tsx";
import { ConsoleToolbar } from "./console-toolbar.tsx";
import { useConsole } from "./use-console.ts";

interface ConsolePanelProps {
  vm: VmDetail;
  /** fills the window */
  whole?: boolean;
  /** a ticket that the page's address had; null: none, or no more */
  ticket?: () => string | null;
}

const noTicket = (): null => null;

/** The VM's screen, with its controls. It connects when the VM runs, and again when asked to. */
export function ConsolePanel({ vm, whole = false, ticket = noTicket }: ConsolePanelProps) {
  const t = useTranslations("console");
  const hint = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [fits, setFits] = useState(true);
  const allowed = useViewer().organization.permissions.includes("vm:console");
  const wanted = allowed && vm.status === "running";
  const { state, attempt, onState, reconnect } = useConsole();
  const controls = wanted && state?.phase === "connected" ? state.controls : null;

  useEffect(() => controls?.fit(fits), [controls, fits]);

  // Before noVNC, which takes every key while the screen has the focus.
  const escape = (event: KeyboardEvent): void => {
    if (!controls || event.code !== "KeyX" || !event.ctrlKey || !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    controls.release();
    frame.current?.querySelector<HTMLElement>("[role=toolbar] button")?.focus();
  };

  return (
    <div ref={frame} className={classes.frame} data-whole={whole || undefined} onKeyDownCapture={escape}>
      <ConsoleToolbar controls={controls} frame={frame} fits={fits} onFits={setFits} ownWindow={whole ? null : `/vms/${vm.id}/console`} />
      <div className={classes.stage}>
        {wanted && <ConsoleScreen key={attempt} vm={vm} fits={fits} hint={hint} ticket={ticket} onState={onState} />}
        <ConsoleNotice vm={vm} allowed={allowed} state={state} onReconnect={reconnect} />
      </div>
      <p id={hint} className={classes.hint}>
        {t("hint")} <span role="status">{controls ? t("connected") : ""}</span>
      </p>
    </div>
  );
}
