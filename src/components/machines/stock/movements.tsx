"use client";

import { Select } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CursorSection } from "#components/table/cursor-section.tsx";
import { PlainTable } from "#components/table/plain-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { MachineSide } from "../use-machines.ts";
import classes from "./stock.module.css";
import { useMovements } from "./use-stock.ts";

/** Why the counts are what they are: of the machine, or of one slot. */
export function Movements({ side, id, slots }: { side: MachineSide; id: string; slots: readonly string[] }) {
  const t = useTranslations("stock.movements");
  const [slot, setSlot] = useState<string | null>(null);
  const query = useMovements(side, id, slot);
  return (
    <CursorSection
      title={t("title")}
      description={t("text")}
      actions={<Select aria-label={t("filter")} placeholder={t("allSlots")} clearable searchable w={130} size="xs" data={[...slots]} value={slot} onChange={setSlot} />}
      query={query}
      more={t("more")}
      empty={<EmptyState title={t("none")} compact>{t("noneText")}</EmptyState>}
    >
      {(movements) => (
        <div className={classes.scroll}>
          <PlainTable label={t("title")}>
            <thead>
              <tr>
                <th>{t("when")}</th>
                <th>{t("slot")}</th>
                <th>{t("what")}</th>
                <th className={classes.number}>{t("change")}</th>
                <th className={classes.number}>{t("after")}</th>
                <th className={classes.wide}>{t("who")}</th>
              </tr>
            </thead>
            <tbody>
              {movements.map((movement) => (
                <tr key={movement.id}>
                  <td className={classes.when}><RelativeTime at={movement.at} /></td>
                  <td className={classes.code}>{movement.slot}</td>
                  <td>
                    {t(`kind.${movement.kind}`)}
                    {movement.productName && <span className={classes.dim}> · {movement.productName}</span>}
                    {movement.reason && movement.kind !== "device" && <span className={classes.reason}>{movement.reason}</span>}
                  </td>
                  <td className={classes.number} data-tone={movement.delta < 0 ? "less" : movement.delta > 0 ? "more" : undefined}>{signed(movement.delta)}</td>
                  <td className={classes.number}>{movement.countAfter}</td>
                  <td className={classes.wide}>{movement.actorName ?? t(movement.kind === "device" || movement.kind === "dispense" ? "machine" : "system")}</td>
                </tr>
              ))}
            </tbody>
          </PlainTable>
        </div>
      )}
    </CursorSection>
  );
}

function signed(delta: number): string {
  return delta > 0 ? `+${delta}` : delta < 0 ? `−${-delta}` : "±0";
}
