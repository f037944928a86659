"use client";

import { Button } from "@mantine/core";
import { IconNetwork } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { Meter } from "#components/ui/meter.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { OfferList } from "../catalog/offer-list.tsx";
import type { Pool } from "../catalog/types.ts";
import classes from "../catalog/catalog.module.css";
import { PoolAddresses } from "./pool-addresses.tsx";
import { PoolForm } from "./pool-form.tsx";
import { poolShare, poolSize } from "./pool-share.ts";

/** The addresses that VMs get: from which networks, how many are left, and who has which. */
export function NetworksPage() {
  const t = useTranslations("catalog.network");
  const words = useTranslations("catalog");
  const query = useQuery(useTRPC().compute.catalogAdmin.pools.list.queryOptions());
  const [shown, setShown] = useState<Pool | null>(null);
  return (
    <>
      <PageHeader title={t("title")} />
      <OfferList
        label={t("pools")}
        description={t("text")}
        addLabel={t("add")}
        query={query}
        nameOf={(pool) => pool.name}
        columns={[
          { key: "network", title: t("network"), render: (pool) => <code>{pool.network}</code> },
          { key: "region", title: t("region"), from: "md", render: (pool) => pool.region },
          { key: "use", title: t("use"), from: "sm", width: 240, render: (pool) => <PoolUse pool={pool} /> },
          { key: "wire", title: t("wire"), from: "lg", render: (pool) => [pool.bridge ?? t("hostDefault"), pool.vlan && t("vlanNumber", { vlan: pool.vlan })].filter(Boolean).join(" · ") },
          { key: "state", title: words("state"), width: 100, from: "md", render: (pool) => (pool.active ? t("gives") : <span className={classes.dim}>{t("inactive")}</span>) },
          {
            key: "addresses",
            title: "",
            align: "right",
            width: 120,
            render: (pool) => (
              <Button variant="default" size="xs" aria-label={t("addressesOf", { name: pool.name })} onClick={() => setShown(pool)}>
                {t("addresses")}
              </Button>
            ),
          },
        ]}
        empty={{ icon: <IconNetwork />, title: t("empty"), text: t("emptyText") }}
        editLabel={(pool) => t("edit", { name: pool.name })}
        renderForm={(pool, close) => <PoolForm pool={pool} onClose={close} />}
      />
      <PoolAddresses pool={shown} onClose={() => setShown(null)} />
    </>
  );
}

/** How much of a pool is taken, addresses at rest with it. */
function PoolUse({ pool }: { pool: Pool }) {
  const t = useTranslations("catalog.network");
  const format = useFormatter();
  const share = poolShare(pool);
  const size = poolSize(pool.size);
  const label = t("used", { used: format.number(pool.taken), size: typeof size === "number" ? format.number(size) : size });
  return <Meter share={share} tone={share >= 1 ? "none" : share >= 0.8 ? "low" : "good"} label={label} title={t("restingCount", { count: pool.resting })} />;
}
