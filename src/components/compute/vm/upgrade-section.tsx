"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Credits } from "#components/ui/credits.tsx";
import { Section } from "#components/ui/section.tsx";
import { formatCredits } from "#shared/credits.ts";
import type { Upgrade, VmDetail } from "../types.ts";
import { ReasonedButton } from "./reasoned-button.tsx";
import { useWhyNot } from "./use-why-not.ts";
import classes from "./vm-changes.module.css";

/** The catalog's upgrades, each with what it adds and costs. */
export function UpgradeSection({ vm }: { vm: VmDetail }) {
  const t = useTranslations("changes.upgrade");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const whyNot = useWhyNot(vm);
  const catalog = useQuery(trpc.compute.catalog.queryOptions(undefined, { staleTime: 5 * 60_000 }));
  const [chosen, setChosen] = useState<Upgrade | null>(null);
  const upgrade = useMutation(
    trpc.compute.changes.upgrade.mutationOptions({
      onSuccess: () => {
        setChosen(null);
        void queryClient.invalidateQueries(trpc.compute.pathFilter());
      },
    }),
  );
  const { cpu, memoryGb, storageGb } = vm.resources;
  const added = (more: Upgrade["resources"]) =>
    [more.cpu > 0 && t("moreCpu", { count: more.cpu }), more.memoryGb > 0 && t("moreMemory", { count: more.memoryGb }), more.storageGb > 0 && t("moreStorage", { count: more.storageGb })].filter(Boolean).join(" · ");
  return (
    <Section title={t("title")} description={t("description")}>
      <p className={classes.text}>{t("now", { cpu, memory: memoryGb, storage: storageGb })}</p>
      {catalog.data?.upgrades.length === 0 && <p className={classes.text}>{t("none")}</p>}
      <ul className={classes.choices}>
        {catalog.data?.upgrades.map((each) => (
          <li key={each.id}>
            <span className={classes.what}>
              <strong>{each.name}</strong>
              <small>{added(each.resources)}</small>
            </span>
            <span>
              +<Credits micro={each.pricePerHour} perHour />
            </span>
            <ReasonedButton size="xs" variant="default" why={whyNot("upgrade", "vm:update")} onClick={() => setChosen(each)}>
              {t("choose")}
            </ReasonedButton>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        opened={chosen !== null}
        onClose={() => {
          setChosen(null);
          upgrade.reset();
        }}
        title={t("ask", { name: vm.name, upgrade: chosen?.name ?? "" })}
        confirmLabel={t("confirm")}
        onConfirm={() => chosen && upgrade.mutate({ id: vm.id, upgrade: chosen.slug })}
        pending={upgrade.isPending}
        error={upgrade.error}
      >
        {chosen && t("text", { price: formatCredits(chosen.pricePerHour, 4), stopped: formatCredits(chosen.stoppedPricePerHour, 4) })}
      </ConfirmDialog>
    </Section>
  );
}
