import { newId } from "#shared/ids.ts";
import type { AlertCondition } from "#shared/machines/alerts.ts";
import type { Severity } from "#shared/machines/states.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { insertDefaultRules } from "./rules-repository.ts";

interface DefaultRule {
  key: string;
  name: string;
  severity: Severity;
  condition: AlertCondition;
  escalateMinutes: number | null;
  /** slug of the kind of machine that it is about */
  template?: string;
}

/** Food is safe to 8 °C; between that and 6 °C a compressor may swing as it likes. */
const COOLED: AlertCondition = { kind: "threshold", metric: "temp_c", direction: "above", value: 8, clearValue: 6, forSeconds: 600 };

const DEFAULT_RULES: readonly DefaultRule[] = [
  { key: "offline", name: "Machine offline", severity: "critical", condition: { kind: "offline", forSeconds: 300 }, escalateMinutes: 30 },
  { key: "temperature:snack-6x8", name: "Snack machine too warm", severity: "critical", condition: COOLED, escalateMinutes: 15, template: "snack-6x8" },
  { key: "temperature:drinks-5x6", name: "Drinks cooler too warm", severity: "critical", condition: COOLED, escalateMinutes: 15, template: "drinks-5x6" },
  { key: "empty-slots", name: "Empty slots", severity: "warning", condition: { kind: "stock", measure: "empty", atMost: 0, scope: "machine" }, escalateMinutes: null },
  { key: "claim-again", name: "Claim code tried again", severity: "warning", condition: { kind: "claim", quietMinutes: 1_440 }, escalateMinutes: null },
];

/** The rules that every installation begins with. They are made once: what an administrator changed, switched off or deleted stays so. The templates must be there. */
export async function seedDefaultRules(rt: Runtime): Promise<void> {
  const at = rt.clock.now();
  await insertDefaultRules(rt, DEFAULT_RULES.map((rule) => ({ ...rule, id: newId("alertRule"), at })));
}
