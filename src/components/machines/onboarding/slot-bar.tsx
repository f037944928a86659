"use client";

import { Button, NumberInput, Select, Switch } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { formatCredits } from "#shared/credits.ts";
import type { Product } from "../types.ts";
import { type DraftSlot, fill, nextSlot, type PlanogramDraft, setCapacity, setCount, setEnabled, withoutSlot, withSlot } from "./planogram-draft.ts";
import { ProductDialog } from "./product-dialog.tsx";
import classes from "./step-planogram.module.css";

interface SlotBarProps {
  draft: PlanogramDraft;
  code: string;
  products: readonly Product[];
  organizationId: string;
  onChange: (draft: PlanogramDraft) => void;
  onSelect: (code: string) => void;
}

/** The chosen slot: what is in it, how many fit in, whether it sells; and slots that this machine has besides or not at all. */
export function SlotBar({ draft, code, products, organizationId, onChange, onSelect }: SlotBarProps) {
  const t = useTranslations("machines.wizard.steps.planogram");
  const [adding, setAdding] = useState(false);
  const index = draft.slots.findIndex((candidate) => candidate.code === code);
  const slot = draft.slots[index];
  if (!slot) return null;
  const inRow = nextSlot(draft, code, "row");
  const below = nextSlot(draft, code, "newRow");
  const add = (next: DraftSlot): void => {
    onChange(withSlot(draft, next));
    onSelect(next.code);
  };
  const remove = (): void => {
    onChange(withoutSlot(draft, code));
    const neighbour = draft.slots[index + 1] ?? draft.slots[index - 1];
    if (neighbour) onSelect(neighbour.code);
  };
  return (
    <div className={classes.bar} role="group" aria-label={t("slot", { code })}>
      <div className={classes.fields}>
        <Select
          label={t("productIn", { code })}
          placeholder={t("empty")}
          clearable
          searchable
          w={{ base: "100%", xs: 280 }}
          nothingFoundMessage={t("noProduct")}
          data={products.map((product) => ({ value: product.id, label: `${product.name} · ${formatCredits(product.price)}` }))}
          value={slot.productId}
          onChange={(productId) => onChange(fill(draft, code, productId, "slot"))}
        />
        <NumberInput
          label={t("count")}
          w={90}
          min={0}
          max={slot.capacity}
          allowDecimal={false}
          disabled={slot.productId === null}
          value={slot.count}
          onChange={(count) => onChange(setCount(draft, code, Number(count)))}
        />
        <NumberInput label={t("capacity")} w={90} min={1} max={999} allowDecimal={false} value={slot.capacity} onChange={(capacity) => onChange(setCapacity(draft, code, Number(capacity)))} />
        <Switch className={classes.switch ?? ""} label={t("enabled")} checked={slot.enabled} onChange={(event) => onChange(setEnabled(draft, code, event.currentTarget.checked))} />
      </div>
      <div className={classes.actions}>
        <Button variant="default" size="xs" onClick={() => onChange(fill(draft, code, slot.productId, "row"))}>
          {t("fillRow", { row: code.slice(0, 1) })}
        </Button>
        <Button variant="default" size="xs" onClick={() => setAdding(true)}>
          {t("newProduct")}
        </Button>
        {inRow && (
          <Button variant="subtle" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => add(inRow)}>
            {t("addSlot", { code: inRow.code })}
          </Button>
        )}
        {below && (
          <Button variant="subtle" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => add(below)}>
            {t("addRow", { row: below.code.slice(0, 1) })}
          </Button>
        )}
        {draft.slots.length > 1 && (
          <Button variant="subtle" color="red" size="xs" leftSection={<IconTrash size={14} aria-hidden />} onClick={remove}>
            {t("removeSlot", { code })}
          </Button>
        )}
      </div>
      <ProductDialog opened={adding} organizationId={organizationId} onClose={() => setAdding(false)} onCreated={(product) => onChange(fill(draft, code, product.id, "slot"))} />
    </div>
  );
}
