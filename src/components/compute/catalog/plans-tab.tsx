"use client";

import { useQuery } from "@tanstack/react-query";
import { IconStack2 } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { VmSize } from "../vm-size.tsx";
import { OfferList } from "./offer-list.tsx";
import { OfferState } from "./offer-state.tsx";
import { PlanForm } from "./plan-form.tsx";
import { PriceNow } from "./price-now.tsx";
import { PriceSection } from "./price-section.tsx";

/** The sizes for sale. */
export function PlansTab() {
  const t = useTranslations("catalog.plan");
  const words = useTranslations("catalog");
  const trpc = useTRPC();
  const query = useQuery(trpc.compute.catalogAdmin.plans.list.queryOptions());
  const places = useQuery(trpc.compute.catalogAdmin.places.queryOptions());
  return (
    <OfferList
      label={t("title")}
      description={t("text")}
      addLabel={t("add")}
      query={query}
      nameOf={(plan) => plan.name}
      columns={[
        { key: "size", title: t("size"), from: "sm", render: (plan) => <VmSize resources={{ cpu: plan.vcpu, memoryGb: plan.memoryMb / 1024, storageGb: plan.storageGb }} /> },
        { key: "price", title: t("price"), align: "right", render: (plan) => <PriceNow offered={plan} /> },
        { key: "month", title: t("month"), align: "right", from: "md", render: (plan) => <PriceNow offered={plan} month /> },
        { key: "where", title: t("where"), from: "lg", render: (plan) => (plan.hosts.length === 0 ? t("everywhere") : plan.hosts.map(({ hostName }) => hostName).join(", ")) },
        { key: "vms", title: words("vms"), align: "right", width: 70, from: "sm", render: (plan) => plan.vmCount },
        { key: "state", title: words("state"), width: 110, render: (plan) => <OfferState active={plan.active} /> },
      ]}
      empty={{ icon: <IconStack2 />, title: t("empty"), text: t("emptyText") }}
      editLabel={(plan) => t("edit", { name: plan.name })}
      renderForm={(plan, close) => (
        <>
          <PlanForm plan={plan} places={places.data?.data ?? []} onClose={close} />
          {plan && <PriceSection subjectId={plan.id} kind="plan" name={plan.name} />}
        </>
      )}
    />
  );
}
