"use client";

import { Button, Popover, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DownloadButton } from "./statements/download-button.tsx";
import classes from "./ledger-download.module.css";

interface LedgerDownloadProps {
  load: (days: { from?: string; to?: string }) => Promise<{ fileName: string; contentType: string; base64: string }>;
}

/** The ledger of chosen days as a file; without days all of it. */
export function LedgerDownload({ load }: LedgerDownloadProps) {
  const t = useTranslations("credits.download");
  const [opened, setOpened] = useState(false);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const reversed = from !== "" && to !== "" && to < from;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<IconDownload size={14} aria-hidden />} onClick={() => setOpened(!opened)} aria-expanded={opened}>
          {t("open")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("title")}>
        <div className={classes.form}>
          <TextInput type="date" label={t("from")} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
          <TextInput type="date" label={t("to")} value={to} onChange={(event) => setTo(event.currentTarget.value)} error={reversed ? t("reversed") : null} />
          <p className={classes.note}>{t("note")}</p>
          <DownloadButton label={t("download")} disabled={reversed} load={() => load({ ...(from === "" ? {} : { from }), ...(to === "" ? {} : { to }) })} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
