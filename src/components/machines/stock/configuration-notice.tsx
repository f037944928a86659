"use client";

import { useTranslations } from "next-intl";
import { Notice } from "#components/ui/notice.tsx";
import { formatCredits } from "#shared/credits.ts";
import type { Configuration } from "#shared/machines/configuration.ts";
import type { MachineSide } from "../use-machines.ts";
import { useConfiguration } from "./use-stock.ts";

const SHOWN = 5;

/** How what the machine has stands to what it should have; nothing when both are the same. */
export function ConfigurationNotice({ side, id }: { side: MachineSide; id: string }) {
  const t = useTranslations("stock.configuration");
  const { data } = useConfiguration(side, id);
  if (!data || data.state === "current" || data.state === "unclaimed") return null;
  const reported = data.reported?.version ?? 0;
  const { version } = data;
  if (data.state === "refused") {
    return (
      <Notice tone="bad" title={t("refused", { error: data.reported?.error ?? "" })}>
        {t("refusedText", { reported, version })}
      </Notice>
    );
  }
  if (data.state === "waiting") {
    return (
      <Notice tone="busy" title={t("waiting")}>
        {data.reported ? t("waitingText", { reported, version }) : t("waitingNever", { version })}
      </Notice>
    );
  }
  return (
    <Notice tone="warn" title={t("differs")}>
      {t("differsText", { version })}
      <ul>
        {data.differences.slice(0, SHOWN).map((difference) => (
          <li key={`${difference.slot} ${difference.field}`}>
            <Difference difference={difference} />
          </li>
        ))}
      </ul>
      {data.differences.length > SHOWN && t("more", { count: data.differences.length - SHOWN })}
    </Notice>
  );
}

function Difference({ difference }: { difference: Configuration["differences"][number] }) {
  const t = useTranslations("stock.configuration");
  const { slot, field } = difference;
  const value = (text: string | null): string => (text === null ? t("nothing") : field === "price" ? formatCredits(text) : text);
  const words = { field: t(`field.${field}`), reported: value(difference.reported), desired: value(difference.desired) };
  if (slot === null) return <>{t("differenceMachine", words)}</>;
  if (field === "slot") return <>{t(difference.reported === null ? "slotMissing" : "slotExtra", { slot })}</>;
  return <>{t("difference", { slot, ...words })}</>;
}
