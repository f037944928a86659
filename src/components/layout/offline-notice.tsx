"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useLiveStatus } from "#components/api/socket-provider.tsx";
import classes from "./offline-notice.module.css";

const PATIENCE_MS = 3_000;

/** Says quietly that what is on screen may be old, once an interruption lasts. */
export function OfflineNotice() {
  const t = useTranslations("shell.live");
  const offline = useLiveStatus() === "offline";
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!offline) return;
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [offline]);
  return (
    <div role="status" className={classes.place}>
      {lasting && (
        <span className={classes.notice}>
          <span className={classes.mark} aria-hidden />
          {t("offline")}
        </span>
      )}
    </div>
  );
}
