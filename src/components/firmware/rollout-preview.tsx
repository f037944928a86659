"use client";

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC, useTRPCClient } from "#components/api/trpc.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import type { RolloutTarget } from "#shared/machines/rollouts.ts";
import type { targetOf } from "./rollout-plan.ts";

type Target = ReturnType<typeof targetOf>;

/** How many machines a target comes to at this moment, and who is left out. */
export function RolloutPreview({ firmwareId, target }: { firmwareId: string; target: Target | RolloutTarget }) {
  const t = useTranslations("firmware.preview");
  const words = useTranslations("updates");
  const format = useFormatter();
  const client = useTRPCClient();
  const [input] = useDebouncedValue(JSON.stringify({ firmwareId, target }), 300);
  // A mutation by its method alone: a thousand ids are too many for an address.
  const query = useQuery({
    queryKey: [...useTRPC().machines.firmware.rollouts.pathKey(), "preview", input],
    queryFn: () => client.machines.firmware.rollouts.preview.mutate(JSON.parse(input) as { firmwareId: string; target: Target }),
    placeholderData: keepPreviousData,
  });
  const { data } = query;
  if (!data) return query.error ? <ErrorState error={query.error} compact /> : <p aria-busy>{t("loading")}</p>;
  return (
    <KeyValue
      items={[
        { label: t("machines"), value: format.number(data.machines) },
        { label: t("online"), value: format.number(data.online) },
        { label: t("alreadyThere"), value: format.number(data.alreadyThere) },
        ...data.skipped.map(({ reason, count }) => ({ label: t("leftOut", { reason: words(`reasons.${reason}`) }), value: format.number(count) })),
      ]}
    />
  );
}

