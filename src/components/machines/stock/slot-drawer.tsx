"use client";

import { Alert, Button, Drawer, NumberInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { formatCredits, parseCredits } from "#shared/credits.ts";
import { MAX_CAPACITY, MECHANISMS, type PlanogramSlot } from "#shared/machines/planogram.ts";
import type { Cover } from "#shared/machines/stock.ts";
import type { MachineSide } from "../use-machines.ts";
import { AdjustForm } from "./adjust-form.tsx";
import { changedSlots, changeSlot, type PlanogramEdit, putProduct, swapSlots } from "./planogram-edit.ts";

interface SlotDrawerProps {
  side: MachineSide;
  edit: PlanogramEdit;
  /** null: shut */
  code: string | null;
  cover: Cover | undefined;
  mayConfigure: boolean;
  mayCount: boolean;
  onChange: (edit: PlanogramEdit) => void;
  onClose: () => void;
}

/** Everything about one slot: what is in it, how long it lasts, and what can be set of it. */
export function SlotDrawer({ code, onClose, ...props }: SlotDrawerProps) {
  const t = useTranslations("stock.slot");
  const slot = props.edit.slots.find((one) => one.code === code);
  return (
    <Drawer opened={slot !== undefined} onClose={onClose} position="right" size="md" title={slot ? t("title", { code: slot.code }) : ""}>
      {slot && <SlotBody key={slot.code} slot={slot} onClose={onClose} {...props} />}
    </Drawer>
  );
}

function SlotBody({ side, slot, edit, cover, mayConfigure, mayCount, onChange, onClose }: Omit<SlotDrawerProps, "code"> & { slot: PlanogramSlot }) {
  const t = useTranslations("stock.slot");
  const saved = edit.base.slots.find((one) => one.code === slot.code) ?? slot;
  const lasts = cover && t(`basis.${cover.basis}`, { days: cover.days ?? 0, perDay: cover.perDay ?? 0, sold: cover.sold, observedDays: Math.floor(cover.observedDays) });
  return (
    <Stack gap="md">
      {saved.uncertain && <Alert color="yellow">{t("uncertain")}</Alert>}
      {saved.disabledReason === "failures" && <Alert color="red">{t("failures")}</Alert>}
      <KeyValue
        items={[
          { label: t("product"), value: saved.productName ?? t("noProduct") },
          { label: t("inside"), value: `${saved.count} / ${saved.capacity}` },
          ...(saved.reserved > 0 ? [{ label: t("reserved"), value: saved.reserved }] : []),
          { label: t("lasts"), value: lasts },
          { label: t("counted"), value: saved.countedAt ? <RelativeTime at={saved.countedAt} /> : t("neverCounted") },
        ]}
      />
      {mayCount && saved.productId !== null && !changedSlots(edit).has(slot.code) && <AdjustForm side={side} machineId={edit.base.machineId} slot={saved} />}
      {mayConfigure && <SlotSettings side={side} slot={slot} saved={saved} edit={edit} onChange={onChange} />}
      {mayConfigure && <Button onClick={onClose}>{t("apply")}</Button>}
    </Stack>
  );
}

interface SlotSettingsProps extends Pick<SlotDrawerProps, "side" | "edit" | "onChange"> {
  slot: PlanogramSlot;
  saved: PlanogramSlot;
}

/** What can be set; it is kept with the other slots' changes and saved with them. */
function SlotSettings({ side, slot, saved, edit, onChange }: SlotSettingsProps) {
  const t = useTranslations("stock.slot");
  const { machines } = useTRPC();
  const own = useQuery(machines.assortment.choices.queryOptions(undefined, { enabled: side === "customer" }));
  const any = useQuery(machines.admin.assortment.choices.queryOptions({ organizationId: edit.base.organizationId }, { enabled: side === "admin" }));
  const known = (side === "admin" ? any : own).data?.data ?? [];
  // What is in it stands there before the others are known.
  const present = slot.productId === null || known.some((product) => product.id === slot.productId) ? [] : [{ id: slot.productId, name: slot.productName ?? "", sku: slot.sku ?? "", price: slot.productPrice ?? "0" }];
  const products = [...present, ...known];
  const [price, setPrice] = useState(slot.price === null ? "" : formatCredits(slot.price));
  const priceWrong = price.trim() !== "" && priceOf(price) === null;
  const change = (next: Partial<PlanogramSlot>) => onChange(changeSlot(edit, slot.code, next));
  return (
    <Stack gap="sm" role="group" aria-label={t("settings")}>
      <Select
        label={t("product")}
        placeholder={t("noProduct")}
        clearable
        searchable
        nothingFoundMessage={t("notFound")}
        data={products.map((product) => ({ value: product.id, label: `${product.name} · ${formatCredits(product.price)}` }))}
        value={slot.productId}
        onChange={(id) => {
          setPrice("");
          onChange(putProduct(edit, slot.code, products.find((product) => product.id === id) ?? null));
        }}
      />
      {slot.productId !== null && slot.productId !== saved.productId && (
        <NumberInput label={t("pieces")} description={t("piecesHelp")} min={0} max={slot.capacity} allowDecimal={false} value={slot.count} onChange={(count) => change({ count: Math.min(Number(count), slot.capacity) })} />
      )}
      {slot.productId !== null && (
        <TextInput
          label={t("price")}
          description={t("priceHelp", { price: formatCredits(slot.productPrice ?? "0") })}
          inputMode="decimal"
          value={price}
          error={priceWrong ? t("priceInvalid") : null}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setPrice(text);
            const value = priceOf(text);
            if (text.trim() === "") change({ price: null });
            else if (value !== null) change({ price: value.toString() });
          }}
        />
      )}
      <NumberInput
        label={t("capacity")}
        min={1}
        max={MAX_CAPACITY}
        allowDecimal={false}
        value={slot.capacity}
        error={slot.count > slot.capacity ? t("capacityTooLow", { count: slot.count }) : null}
        onChange={(value) => typeof value === "number" && change({ capacity: value })}
      />
      <NumberInput
        label={t("par")}
        description={t("parHelp")}
        min={0}
        max={MAX_CAPACITY}
        allowDecimal={false}
        value={slot.par ?? ""}
        error={slot.par !== null && slot.par > slot.capacity ? t("parTooHigh", { capacity: slot.capacity }) : null}
        onChange={(value) => change({ par: typeof value === "number" ? value : null })}
      />
      <Select
        label={t("mechanism")}
        allowDeselect={false}
        data={MECHANISMS.map((value) => ({ value, label: t(`mechanisms.${value}`) }))}
        value={slot.mechanism}
        onChange={(value) => change({ mechanism: MECHANISMS.find((one) => one === value) ?? slot.mechanism })}
      />
      <Select
        label={t("swap")}
        description={t("swapHelp")}
        searchable
        data={edit.slots.filter((one) => one.code !== slot.code).map((one) => ({ value: one.code, label: `${one.code} · ${one.productName ?? t("noProduct")}` }))}
        value={null}
        onChange={(other) => other !== null && onChange(swapSlots(edit, slot.code, other))}
      />
      <Switch label={t("enabled")} checked={slot.disabledReason === null} onChange={(event) => change({ disabledReason: event.currentTarget.checked ? null : (saved.disabledReason ?? "manual") })} />
    </Stack>
  );
}

function priceOf(text: string): bigint | null {
  try {
    const price = parseCredits(text);
    return price > 0n ? price : null;
  } catch {
    return null;
  }
}
