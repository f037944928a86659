import { alertCondition, type AlertCondition, type RuleKind } from "#shared/machines/alerts.ts";
import type { MachineFacts } from "./observe.ts";

export interface RuleRow {
  id: string;
  organizationId: string | null;
  machineId: string | null;
  templateId: string | null;
  name: string;
  severity: string;
  condition: unknown;
}

export interface ActiveRule extends Omit<RuleRow, "condition"> {
  condition: AlertCondition;
}

/** The rules that are switched on, ready to be asked which of them are about a machine. */
export class RuleSet {
  readonly #everywhere: ActiveRule[] = [];
  readonly #organizations = new Map<string, ActiveRule[]>();

  /** @param kinds of the round that asks */
  constructor(rows: readonly RuleRow[], kinds: readonly RuleKind[]) {
    for (const row of rows) {
      // One rule that cannot be read must not keep the others from being looked at.
      const condition = alertCondition.safeParse(row.condition).data;
      if (!condition || !kinds.includes(condition.kind)) continue;
      const rule = { ...row, condition };
      if (rule.organizationId === null) this.#everywhere.push(rule);
      else this.#organizations.set(rule.organizationId, [...(this.#organizations.get(rule.organizationId) ?? []), rule]);
    }
  }

  get empty(): boolean {
    return this.#everywhere.length === 0 && this.#organizations.size === 0;
  }

  /** The rules about a machine: the platform's and its organization's, less those for another machine or kind of machine. */
  of(machine: Pick<MachineFacts, "id" | "organizationId" | "templateId">): ActiveRule[] {
    const own = this.#organizations.get(machine.organizationId);
    const all = own ? [...this.#everywhere, ...own] : this.#everywhere;
    return all.filter((rule) => (rule.machineId === null || rule.machineId === machine.id) && (rule.templateId === null || rule.templateId === machine.templateId));
  }
}
