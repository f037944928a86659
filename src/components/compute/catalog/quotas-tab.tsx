"use client";

import { useQuery } from "@tanstack/react-query";
import { IconGauge } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { OfferList } from "./offer-list.tsx";
import { QuotaForm } from "./quota-form.tsx";
import type { TierQuota } from "./types.ts";

type Row = TierQuota & { id: string };

/** How much an organization of each tier may have at once. */
export function QuotasTab() {
  const t = useTranslations("catalog.quota");
  const format = useFormatter();
  const query = useQuery(useTRPC().compute.catalogAdmin.quotas.list.queryOptions());
  const rows = query.data && { data: query.data.data.map((quota) => ({ ...quota, id: quota.tier })) };
  return (
    <OfferList<Row>
      label={t("title")}
      description={t("text")}
      addLabel={t("add")}
      query={{ ...query, data: rows }}
      nameTitle={t("tier")}
      nameOf={(quota) => quota.tier}
      columns={[
        { key: "vms", title: t("vms"), align: "right", render: (quota) => format.number(quota.vms) },
        { key: "vcpu", title: t("vcpu"), align: "right", from: "sm", render: (quota) => format.number(quota.vcpu) },
        { key: "memory", title: t("memory"), align: "right", from: "sm", render: (quota) => t("gb", { gb: format.number(quota.memoryMb / 1024, { maximumFractionDigits: 1 }) }) },
        { key: "storage", title: t("storage"), align: "right", from: "sm", render: (quota) => t("gb", { gb: format.number(quota.storageGb) }) },
        { key: "snapshots", title: t("snapshots"), align: "right", from: "md", render: (quota) => format.number(quota.snapshots) },
        { key: "backups", title: t("backups"), align: "right", from: "md", render: (quota) => format.number(quota.backups) },
      ]}
      empty={{ icon: <IconGauge />, title: t("empty"), text: t("emptyText") }}
      editLabel={(quota) => t("edit", { tier: quota.tier })}
      renderForm={(quota, close) => <QuotaForm quota={quota} onClose={close} />}
    />
  );
}
