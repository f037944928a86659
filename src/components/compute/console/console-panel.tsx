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
import { useTyping } from "./use-typing.ts";

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
  const typing = useTyping(controls);

  useEffect(() => controls?.fit(fits), [controls, fits]);

  // Before noVNC, which takes every key while the screen has the focus.
  const onKey = (event: KeyboardEvent): void => {
    const escapes = event.code === "KeyX" && event.ctrlKey && event.altKey;
    // A control key held while a text is typed makes commands of its letters: no key but those that end it gets through.
    const disturbs = typing.active && event.target instanceof Element && event.target.closest("[role=application]") !== null;
    if (!controls || !(escapes || disturbs)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!escapes) return;
    typing.stop();
    controls.release();
    frame.current?.querySelector<HTMLElement>("[role=toolbar] button")?.focus();
  };

  return (
    <div ref={frame} className={classes.frame} data-whole={whole || undefined} onKeyDownCapture={onKey}>
      <ConsoleToolbar controls={controls} typing={typing} frame={frame} fits={fits} onFits={setFits} ownWindow={whole ? null : `/vms/${vm.id}/console`} />
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
