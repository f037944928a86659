"use client";

import { StepList } from "#components/ui/step-list.tsx";
import type { Operation } from "../types.ts";
import { useOperationWords } from "./operation-words.ts";

/** The steps of an operation with the time each took. */
export function OperationSteps({ operation }: { operation: Operation }) {
  const words = useOperationWords();
  return <StepList steps={operation.steps.map((step) => ({ ...step, label: words.step(step.name) }))} />;
}
