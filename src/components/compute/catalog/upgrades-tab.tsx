"use client";

import { useQuery } from "@tanstack/react-query";
import { IconArrowBigUpLines } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { OfferList } from "./offer-list.tsx";
import { OfferState } from "./offer-state.tsx";
import { PriceNow } from "./price-now.tsx";
import { PriceSection } from "./price-section.tsx";
import type { OfferedUpgrade } from "./types.ts";
import { UpgradeForm } from "./upgrade-form.tsx";

/** What can be added to a VM. */
export function UpgradesTab() {
  const t = useTranslations("catalog.upgrade");
  const words = useTranslations("catalog");
  const format = useFormatter();
  const query = useQuery(useTRPC().compute.catalogAdmin.upgrades.list.queryOptions());
  const adds = (upgrade: OfferedUpgrade) =>
    [
      upgrade.vcpu > 0 && t("addsVcpu", { count: upgrade.vcpu }),
      upgrade.memoryMb > 0 && t("addsMemory", { gb: format.number(upgrade.memoryMb / 1024, { maximumFractionDigits: 2 }) }),
      upgrade.storageGb > 0 && t("addsStorage", { gb: format.number(upgrade.storageGb) }),
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    <OfferList
      label={t("title")}
      description={t("text")}
      addLabel={t("add")}
      query={query}
      nameOf={(upgrade) => upgrade.name}
      columns={[
        { key: "adds", title: t("adds"), from: "sm", render: adds },
        { key: "price", title: t("price"), align: "right", render: (upgrade) => <PriceNow offered={upgrade} /> },
        { key: "state", title: words("state"), width: 110, render: (upgrade) => <OfferState active={upgrade.active} /> },
      ]}
      empty={{ icon: <IconArrowBigUpLines />, title: t("empty"), text: t("emptyText") }}
      editLabel={(upgrade) => t("edit", { name: upgrade.name })}
      renderForm={(upgrade, close) => (
        <>
          <UpgradeForm upgrade={upgrade} onClose={close} />
          {upgrade && <PriceSection subjectId={upgrade.id} kind="upgrade" name={upgrade.name} />}
        </>
      )}
    />
  );
}
