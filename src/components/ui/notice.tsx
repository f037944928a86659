"use client";

import { CloseButton, Loader } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import classes from "./notice.module.css";

interface NoticeProps {
  tone: "neutral" | "ok" | "warn" | "bad" | "busy";
  title: ReactNode;
  /** below the title: why, and what to do */
  children?: ReactNode;
  /** at the end: what one can do about it */
  action?: ReactNode;
  /** what it says can be put away */
  onClose?: () => void;
}

/** What one has to know before the rest of the page. */
export function Notice({ tone, title, children, action, onClose }: NoticeProps) {
  const t = useTranslations("common.actions");
  const Icon = tone === "ok" ? IconCircleCheck : tone === "neutral" ? IconInfoCircle : IconAlertTriangle;
  return (
    <div className={classes.notice} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      {tone === "busy" ? <Loader size={18} aria-hidden /> : <Icon size={18} aria-hidden />}
      <div className={classes.body}>
        <div className={classes.words}>
          <p className={classes.title}>{title}</p>
          {children && <div className={classes.text}>{children}</div>}
        </div>
        {action}
      </div>
      {onClose && <CloseButton aria-label={t("close")} onClick={onClose} />}
    </div>
  );
}
