"use client";

import { Button } from "@mantine/core";
import { IconArrowsMaximize, IconArrowsMinimize, IconClipboardText, IconExternalLink, IconKeyboard, IconPlayerStop, IconZoomReset } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type RefObject, useEffect, useState } from "react";
import classes from "./console.module.css";
import type { ConsoleControls } from "./console-session.ts";
import type { Typing } from "./use-typing.ts";

const PasteDialog = dynamic(() => import("./paste-dialog.tsx").then((module) => module.PasteDialog));
const icon = { size: 16, stroke: 1.6 };

interface ConsoleToolbarProps {
  /** null: not connected */
  controls: ConsoleControls | null;
  typing: Typing;
  /** what fills the screen */
  frame: RefObject<HTMLDivElement | null>;
  fits: boolean;
  onFits: (fits: boolean) => void;
  /** null: this is the console's own window */
  ownWindow: string | null;
}

/** What cannot be typed into a screen, and how it is looked at. */
export function ConsoleToolbar({ controls, typing, frame, fits, onFits, ownWindow }: ConsoleToolbarProps) {
  const t = useTranslations("console");
  const full = useFullScreen();
  const [pasting, setPasting] = useState(false);
  const shut = controls === null;
  const typed = (text: string): void => {
    setPasting(false);
    controls?.focus();
    typing.type(text);
  };
  return (
    <div role="toolbar" aria-label={t("toolbar")} className={classes.toolbar}>
      <Button size="xs" variant="default" disabled={shut} leftSection={<IconKeyboard {...icon} />} onClick={() => controls?.focus()}>
        {t("type")}
      </Button>
      <Button size="xs" variant="default" disabled={shut} onClick={() => controls?.ctrlAltDel()}>
        {t("ctrlAltDel")}
      </Button>
      {typing.active ? (
        <Button size="xs" variant="default" leftSection={<IconPlayerStop {...icon} />} onClick={typing.stop}>
          {t("stopTyping")}
        </Button>
      ) : (
        <Button size="xs" variant="default" disabled={shut} leftSection={<IconClipboardText {...icon} />} onClick={() => setPasting(true)}>
          {t("paste")}
        </Button>
      )}
      <Button size="xs" variant="default" leftSection={<IconZoomReset {...icon} />} onClick={() => onFits(!fits)}>
        {t(fits ? "actualSize" : "fit")}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={full ? <IconArrowsMinimize {...icon} /> : <IconArrowsMaximize {...icon} />}
        onClick={() => void (full ? document.exitFullscreen() : frame.current?.requestFullscreen())}
      >
        {t(full ? "leaveFullScreen" : "fullScreen")}
      </Button>
      {ownWindow !== null && (
        <Button component="a" href={ownWindow} target="_blank" size="xs" variant="default" leftSection={<IconExternalLink {...icon} />}>
          {t("newWindow")}
        </Button>
      )}
      {pasting && <PasteDialog onClose={() => setPasting(false)} onType={typed} />}
    </div>
  );
}

function useFullScreen(): boolean {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const look = (): void => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  return full;
}
