"use client";

import { Tabs } from "@mantine/core";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { PageHeader } from "#components/ui/page-header.tsx";
import { ImagesTab } from "./images-tab.tsx";
import { PlansTab } from "./plans-tab.tsx";
import { QuotasTab } from "./quotas-tab.tsx";
import { RegionsTab } from "./regions-tab.tsx";
import { UpgradesTab } from "./upgrades-tab.tsx";

const TABS = { plans: PlansTab, upgrades: UpgradesTab, images: ImagesTab, regions: RegionsTab, quotas: QuotasTab } as const;
const NAMES = ["plans", "upgrades", "images", "regions", "quotas"] as const;

/** What is for sale, where, and how much of it anybody may have. */
export function CatalogPage() {
  const t = useTranslations("catalog");
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(NAMES).withDefault("plans"));
  return (
    <>
      <PageHeader title={t("title")} />
      <Tabs value={tab} onChange={(next) => void setTab(NAMES.find((name) => name === next) ?? "plans")} keepMounted={false}>
        <Tabs.List mb="md" aria-label={t("title")}>
          {NAMES.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`tabs.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {NAMES.map((name) => {
          const Content = TABS[name];
          return (
            <Tabs.Panel key={name} value={name}>
              <Content />
            </Tabs.Panel>
          );
        })}
      </Tabs>
    </>
  );
}
