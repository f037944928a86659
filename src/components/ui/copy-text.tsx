"use client";

import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import classes from "./copy-text.module.css";

interface CopyTextProps {
  /** what is copied, and shown unless `children` say otherwise */
  value: string;
  /** what it is, for the button's name: "IP address" */
  label?: string;
  /** something shorter or richer to show */
  children?: React.ReactNode;
  /** the text is prose, not an id or an address */
  prose?: boolean;
}

/** An id, an address, a key: in the mono face, copied by a click anywhere on it. */
export function CopyText({ value, label, children, prose = false }: CopyTextProps) {
  const t = useTranslations("common.copy");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const name = label === undefined ? t("copy") : t("copyNamed", { what: label });
  return (
    <button
      type="button"
      className={classes.copy}
      data-prose={prose || undefined}
      data-copied={copied || undefined}
      title={copied ? t("copied") : name}
      onClick={(event) => {
        event.stopPropagation();
        void copyToClipboard(value).then(setCopied);
      }}
    >
      <span className={classes.value}>{children ?? value}</span>
      {copied ? <IconCheck size={14} aria-hidden className={classes.icon} /> : <IconCopy size={14} aria-hidden className={classes.icon} />}
      <span aria-live="polite" className={classes.said}>
        {copied ? t("copied") : ` (${name})`}
      </span>
    </button>
  );
}

/** The clipboard API exists on https and localhost alone; an appliance on a plain address still copies by a selection. */
async function copyToClipboard(value: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(value).then(
      () => true,
      () => false,
    );
  }
  const field = document.createElement("textarea");
  field.value = value;
  field.style.position = "fixed";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
