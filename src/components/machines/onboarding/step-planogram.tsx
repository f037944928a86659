"use client";

import { Alert } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { PlanogramGrid } from "../planogram-grid.tsx";
import { asSlots, draftOf, type PlanogramDraft, toSave, withTemplate } from "./planogram-draft.ts";
import { SlotBar } from "./slot-bar.tsx";
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
          <PlanogramGrid
            slots={asSlots(draft, products.data)}
            selected={selected}
            onSelect={setSelected}
            markOf={(code) => (draft.slots.some((slot) => slot.code === code && !slot.enabled) ? { text: t("off"), words: t("off"), tone: "off" } : undefined)}
          />
          {selected !== null && !locked && <SlotBar draft={draft} code={selected} products={products.data} organizationId={machine.organizationId} onChange={change} onSelect={setSelected} />}
        </>
      )}
    </WizardStepForm>
  );
}
