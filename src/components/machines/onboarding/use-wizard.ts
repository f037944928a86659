"use client";

import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { WIZARD_STEPS, type WizardStep } from "#shared/machines/states.ts";
import { useTRPC } from "#components/api/trpc.ts";
import type { IssuedClaim, MachineDetail, SaveInput } from "../types.ts";

type Section = Pick<SaveInput, "details" | "location" | "planogram" | "network">;

/** What was typed in a step and not saved: kept while the wizard is open, so that going back loses nothing, not even what isn't valid yet. */
export type Drafts = { [S in WizardStep]?: unknown };

export interface WizardControl {
  machine: MachineDetail;
  step: WizardStep;
  /** Saves what the step holds and goes on to `to`. */
  save: (section: Section, to: WizardStep) => void;
  /** Goes without saving. */
  go: (to: WizardStep) => void;
  saving: boolean;
  error: unknown;
  draft: <T>(step: WizardStep) => T | undefined;
  keep: (step: WizardStep, values: unknown) => void;
  /** the claim that was issued on this screen; its token can't be shown again later */
  claim: IssuedClaim | null;
  setClaim: (claim: IssuedClaim) => void;
}

/** The state of the wizard: the machine as saved, the step in the address, what is typed and not saved yet. */
export function useWizard(id: string): WizardControl {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data: machine } = useSuspenseQuery(trpc.machines.admin.get.queryOptions({ id }));
  const [asked, setAsked] = useQueryState("step", parseAsStringLiteral(WIZARD_STEPS).withOptions({ history: "push" }));
  const [drafts, setDrafts] = useState<Drafts>({});
  const [claim, setClaim] = useState<IssuedClaim | null>(null);
  const step = asked ?? machine.wizardStep;
  const mutation = useMutation(
    trpc.machines.admin.save.mutationOptions({
      onSuccess: (saved) => queryClient.setQueryData(trpc.machines.admin.get.queryKey({ id }), saved),
    }),
  );
  return {
    machine,
    step,
    save: (section, to) =>
      mutation.mutate(
        { id, step: to, ...section },
        {
          onSuccess: () => {
            setDrafts((all) => ({ ...all, [step]: undefined }));
            void setAsked(to);
          },
        },
      ),
    go: (to) => {
      mutation.reset();
      void setAsked(to);
    },
    saving: mutation.isPending,
    error: mutation.error,
    // Each step reads back the shape that it alone wrote.
    draft: <T>(of: WizardStep) => drafts[of] as T | undefined,
    keep: (of, values) => setDrafts((all) => ({ ...all, [of]: values })),
    claim,
    setClaim,
  };
}
