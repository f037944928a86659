"use client";

import { Alert, Button, NumberInput, Select } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { formatCredits } from "#shared/credits.ts";
import { PlanogramGrid } from "../planogram-grid.tsx";
import type { Product } from "../types.ts";
import { asSlots, draftOf, fill, type PlanogramDraft, setCount, toSave, withTemplate } from "./planogram-draft.ts";
import { ProductDialog } from "./product-dialog.tsx";
import classes from "./step-planogram.module.css";
import type { WizardControl } from "./use-wizard.ts";
import { WizardStepForm } from "./wizard-step.tsx";

/** Which machine it is, and what is in which slot. */
export function StepPlanogram({ wizard }: { wizard: WizardControl }) {
  const t = useTranslations("machines.wizard.steps.planogram");
  const trpc = useTRPC();
  const { machine } = wizard;
  const locked = machine.claimedAt !== null;
  const { data: templates } = useSuspenseQuery(trpc.machines.admin.templates.queryOptions());
  const { data: products } = useSuspenseQuery(trpc.machines.admin.products.queryOptions({ organizationId: machine.organizationId }));
  const [draft, setDraft] = useState<PlanogramDraft>(() => wizard.draft<PlanogramDraft>("planogram") ?? draftOf(machine));
  const [selected, setSelected] = useState<string | null>(draft.slots[0]?.code ?? null);
  const [missing, setMissing] = useState(false);
  const change = (next: PlanogramDraft): void => {
    setDraft(next);
    wizard.keep("planogram", next);
    setMissing(false);
  };
  const next = (): void => {
    if (locked) return wizard.go("network");
    if (draft.templateId === null) return setMissing(true);
    wizard.save({ planogram: toSave({ ...draft, templateId: draft.templateId }) }, "network");
  };
  return (
    <WizardStepForm step="planogram" onBack={() => wizard.go("location")} onNext={next} pending={wizard.saving} error={wizard.error}>
      {locked && <Alert mb="md">{t("locked")}</Alert>}
      {missing && <Alert mb="md" color="red" role="alert">{t("templateMissing")}</Alert>}
      <div className={classes.templates} role="radiogroup" aria-label={t("template")}>
        {templates.data.map((template) => (
          <button
            key={template.id}
            type="button"
            role="radio"
            aria-checked={template.id === draft.templateId}
            className={classes.template}
            disabled={locked}
            onClick={() => {
              change(withTemplate(draft, template));
              setSelected(template.slots[0]?.code ?? null);
            }}
          >
            <strong>{template.name}</strong>
            <span>{template.description}</span>
          </button>
        ))}
      </div>
      {draft.slots.length > 0 && (
        <>
          <p className={classes.hint}>{t("slotsHelp")}</p>
          <PlanogramGrid slots={asSlots(draft, products.data)} selected={selected} onSelect={setSelected} />
          {selected !== null && !locked && <SlotBar draft={draft} code={selected} products={products.data} organizationId={machine.organizationId} onChange={change} />}
        </>
      )}
    </WizardStepForm>
  );
}

interface SlotBarProps {
  draft: PlanogramDraft;
  code: string;
  products: readonly Product[];
  organizationId: string;
  onChange: (draft: PlanogramDraft) => void;
}

/** What is in the chosen slot: product, count, and the same for its whole row. */
function SlotBar({ draft, code, products, organizationId, onChange }: SlotBarProps) {
  const t = useTranslations("machines.wizard.steps.planogram");
  const [adding, setAdding] = useState(false);
  const slot = draft.slots.find((candidate) => candidate.code === code);
  if (!slot) return null;
  return (
    <div className={classes.bar} role="group" aria-label={t("slot", { code })}>
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
        label={t("count", { capacity: slot.capacity })}
        w={130}
        min={0}
        max={slot.capacity}
        allowDecimal={false}
        disabled={slot.productId === null}
        value={slot.count}
        onChange={(count) => onChange(setCount(draft, code, Number(count)))}
      />
      <Button variant="default" onClick={() => onChange(fill(draft, code, slot.productId, "row"))}>
        {t("fillRow", { row: code.slice(0, 1) })}
      </Button>
      <Button variant="default" onClick={() => setAdding(true)}>
        {t("newProduct")}
      </Button>
      <ProductDialog opened={adding} organizationId={organizationId} onClose={() => setAdding(false)} onCreated={(product) => onChange(fill(draft, code, product.id, "slot"))} />
    </div>
  );
}
