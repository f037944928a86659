"use client";

import { CopyButton, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import classes from "./docs.module.css";

/** Code to read and to copy. */
export function CodeBlock({ title, code }: { title: string; code: string }) {
  const t = useTranslations("common.copy");
  return (
    <figure className={classes.code}>
      <figcaption className={classes.codeHead}>
        {title}
        <CopyButton value={code} timeout={1500}>
          {({ copied, copy }) => (
            <UnstyledButton className={classes.codeCopy} onClick={copy} aria-label={`${t("copyNamed", { what: title })}`}>
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
              <span aria-live="polite">{copied ? t("copied") : t("copy")}</span>
            </UnstyledButton>
          )}
        </CopyButton>
      </figcaption>
      {/* Long lines scroll; by keyboard too. */}
      <pre className={classes.codeBody} tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}
