"use client";

import { useQuery } from "@tanstack/react-query";
import { IconMapPin } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { OfferList } from "./offer-list.tsx";
import { RegionForm } from "./region-form.tsx";

/** Where things stand. */
export function RegionsTab() {
  const t = useTranslations("catalog.region");
  const words = useTranslations("catalog");
  const query = useQuery(useTRPC().compute.catalogAdmin.regions.list.queryOptions());
  return (
    <OfferList
      label={t("title")}
      description={t("text")}
      addLabel={t("add")}
      query={query}
      nameOf={(region) => region.name}
      columns={[
        { key: "id", title: t("id"), render: (region) => region.id },
        { key: "hosts", title: t("hosts"), align: "right", render: (region) => region.hosts },
        { key: "pools", title: t("pools"), align: "right", from: "sm", render: (region) => region.pools },
        { key: "vms", title: words("vms"), align: "right", from: "sm", render: (region) => region.vmCount },
      ]}
      empty={{ icon: <IconMapPin />, title: t("empty"), text: t("emptyText") }}
      editLabel={(region) => t("edit", { name: region.name })}
      renderForm={(region, close) => <RegionForm region={region} onClose={close} />}
    />
  );
}
