"use client";

import { Button, Tabs } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { parseAsInteger, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { PageHeader } from "#components/ui/page-header.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { ALERT_TABS } from "./alert-input.ts";
import { AlertList } from "./alert-list.tsx";
import classes from "./alerts.module.css";
import type { AlertSide, Rule } from "./types.ts";
import { useMayAlert } from "./use-alerts.ts";

const RuleList = dynamic(() => import("./rule-list.tsx").then((module) => module.RuleList), { loading: () => <TableSkeleton rows={5} /> });
const RuleDialog = dynamic(() => import("./rule-dialog.tsx").then((module) => module.RuleDialog), { ssr: false });

/** What is wrong with machines now, what was, and the rules that say so. */
export function AlertsPage({ side }: { side: AlertSide }) {
  const t = useTranslations("alerts.page");
  const [{ tab }, setTab] = useQueryStates({ tab: parseAsStringLiteral(ALERT_TABS).withDefault("open"), page: parseAsInteger }, { history: "push" });
  const [edited, setEdited] = useState<Rule | "new" | null>(null);
  const may = useMayAlert(side);
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={
          may && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited("new")}>
              {t("newRule")}
            </Button>
          )
        }
      />
      <Tabs value={tab} onChange={(next) => void setTab({ tab: ALERT_TABS.find((each) => each === next) ?? "open", page: null })} keepMounted={false}>
        <Tabs.List mb="md" aria-label={t("title")} className={classes.tabs ?? ""}>
          {ALERT_TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tabs.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="open">
          <AlertList side={side} tab="open" />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <AlertList side={side} tab="history" />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <RuleList side={side} onEdit={setEdited} />
        </Tabs.Panel>
      </Tabs>
      {edited !== null && <RuleDialog side={side} rule={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </>
  );
}
