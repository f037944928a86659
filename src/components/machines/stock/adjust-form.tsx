"use client";

import { Button, NumberInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { PlanogramSlot } from "#shared/machines/planogram.ts";
import { ADJUSTMENT_KINDS, type AdjustmentKind } from "#shared/machines/stock.ts";
import type { MachineSide } from "../use-machines.ts";
import { useAdjust } from "./use-stock.ts";

/** A person's word on what is in a slot; it counts at once. */
export function AdjustForm({ side, machineId, slot }: { side: MachineSide; machineId: string; slot: PlanogramSlot }) {
  const t = useTranslations("stock.slot");
  const [kind, setKind] = useState<AdjustmentKind>("count");
  const [count, setCount] = useState<number | string>("");
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const adjust = useAdjust(side, () => {
    setCount("");
    setReason("");
    setTried(false);
  });
  const max = kind === "spoilage" ? slot.count : slot.capacity;
  const tooMany = typeof count === "number" && count > max;
  const reasonMissing = kind !== "count" && reason.trim() === "";
  const submit = (): void => {
    setTried(true);
    if (typeof count !== "number" || tooMany || reasonMissing) return;
    adjust.mutate({ id: machineId, kind, reason, slots: [{ slot: slot.code, count }] });
  };
  return (
    <Stack gap="sm" role="group" aria-label={t("adjust")}>
      <SegmentedControl fullWidth data={ADJUSTMENT_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} value={kind} onChange={(value) => setKind(ADJUSTMENT_KINDS.find((one) => one === value) ?? "count")} />
      <NumberInput label={t(kind === "spoilage" ? "removed" : "count")} min={0} allowDecimal={false} value={count} onChange={setCount} error={tooMany ? t("tooMany", { max }) : null} />
      {kind !== "count" && <TextInput label={t("reason")} maxLength={200} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={tried && reasonMissing ? t("reasonMissing") : null} />}
      <Button variant="default" onClick={submit} loading={adjust.isPending} disabled={count === ""}>
        {t("record")}
      </Button>
    </Stack>
  );
}
