"use client";

import { Button, Group, Switch } from "@mantine/core";
import { IconExternalLink, IconPrinter } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { flushSync } from "react-dom";
import { CopyText } from "#components/ui/copy-text.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import type { MachinePanelProps } from "../machine-tabs.tsx";
import { QrCode } from "../onboarding/qr-code.tsx";
import { FrontLabel } from "./front-label.tsx";
import classes from "./sales.module.css";
import { useSales } from "./use-sales.ts";

/** The machine's storefront: its address, the code for its front, and whether it sells. */
export function MachineSales({ side, machine }: MachinePanelProps) {
  const t = useTranslations("machines.sales");
  const { query, change, may } = useSales(side, machine.id);
  const [printing, setPrinting] = useState(false);
  // The label is in the page only while it is printed: it hides everything else from paper.
  const print = () => {
    flushSync(() => setPrinting(true));
    globalThis.print();
    setPrinting(false);
  };
  if (!query.data) return <Section title={t("title")}>{query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact /> : <TableSkeleton rows={3} />}</Section>;
  const { url, qrSvg, open } = query.data;
  return (
    <Section title={t("title")} description={t("description")}>
      <div className={classes.content}>
        <QrCode svg={qrSvg} label={t("code", { url })} className={classes.qr} />
        <div className={classes.aside}>
          <CopyText value={url} label={t("address")} />
          <Switch
            checked={open}
            disabled={!may || change.isPending}
            label={t(open ? "open" : "closed")}
            description={may ? t("switchHelp") : t("noPermission")}
            onChange={(event) => change.mutate({ id: machine.id, open: event.currentTarget.checked })}
          />
          <Group gap="xs">
            <Button component="a" href={url} target="_blank" rel="noopener" variant="default" leftSection={<IconExternalLink size={16} aria-hidden />}>
              {t("show")}
            </Button>
            <Button variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={print}>
              {t("print")}
            </Button>
          </Group>
        </div>
      </div>
      {printing && <FrontLabel qrSvg={qrSvg} name={machine.name} url={url} />}
    </Section>
  );
}
