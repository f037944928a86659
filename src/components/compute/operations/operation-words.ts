import { useTranslations } from "next-intl";
import { useMemo } from "react";

/** Names of operations and their steps in the reader's language; what we have no word for is shown by its own name. */
export function useOperationWords() {
  const t = useTranslations("vm.operation");
  return useMemo(
    () => ({
      /** "vm.create" → "Create VM" */
      kind: (kind: string) => (t.has(`kind.${kind}` as "kind.vm.create") ? t(`kind.${kind}` as "kind.vm.create") : kind),
      /** "reserve_place" → "Reserve a place on a host" */
      step: (step: string) => (t.has(`step.${step}` as "step.start") ? t(`step.${step}` as "step.start") : step.replaceAll("_", " ")),
    }),
    [t],
  );
}
