"use client";

import { useQuery } from "@tanstack/react-query";
import { IconMapPin } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { OfferDrawer } from "./offer-drawer.tsx";
import { OfferList } from "./offer-list.tsx";
import { RegionForm } from "./region-form.tsx";
import type { OfferedRegion } from "./types.ts";

/** Where things stand. */
export function RegionsTab() {
  const t = useTranslations("catalog.region");
  const words = useTranslations("catalog");
  const query = useQuery(useTRPC().compute.catalogAdmin.regions.list.queryOptions());
  const [opened, setOpened] = useState<OfferedRegion | "new" | null>(null);
  return (
    <>
      <OfferList
        label={t("title")}
        description={t("text")}
        addLabel={t("add")}
        query={query}
        nameTitle={words("form.name")}
        nameOf={(region) => region.name}
        onOpen={setOpened}
        columns={[
          { key: "id", title: t("id"), render: (region) => region.id },
          { key: "hosts", title: t("hosts"), align: "right", render: (region) => region.hosts },
          { key: "pools", title: t("pools"), align: "right", from: "sm", render: (region) => region.pools },
          { key: "vms", title: words("vms"), align: "right", from: "sm", render: (region) => region.vmCount },
        ]}
        empty={
          <EmptyState icon={<IconMapPin />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        }
      />
      <OfferDrawer title={opened && (opened === "new" ? t("add") : t("edit", { name: opened.name }))} onClose={() => setOpened(null)}>
        {opened && <RegionForm region={opened === "new" ? null : opened} onClose={() => setOpened(null)} />}
      </OfferDrawer>
    </>
  );
}
