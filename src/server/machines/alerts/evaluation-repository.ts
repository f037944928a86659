import type { Runtime } from "#server/infra/runtime.ts";
import type { MachineFacts } from "./observe.ts";
import type { RuleRow } from "./rule-set.ts";
import type { Watched } from "./step.ts";

/** What a round of evaluation reads: a handful of statements for thousands of machines, a stretch of machines at a time. */
export async function findActiveRules(rt: Runtime): Promise<RuleRow[]> {
  return rt.db.query<RuleRow>({
    name: "alerts_active_rules",
    text: `select id, organization_id as "organizationId", machine_id as "machineId", template_id as "templateId", name, severity, condition
      from alert_rule where enabled and deleted_at is null order by id`,
  });
}

/** The machines after `after` that rules are about: those that were set up and not taken out of service. */
export async function findMachineFacts(rt: Runtime, after: string, limit: number): Promise<MachineFacts[]> {
  return rt.db.query<MachineFacts>({
    name: "alerts_machine_facts",
    text: `select machine.id, machine.organization_id as "organizationId", machine.template_id as "templateId", machine.status,
        coalesce(extract(epoch from machine.status_changed_at) * 1000, 0)::float8 as "statusChangedAt",
        latest.metrics, coalesce(extract(epoch from latest.received_at) * 1000, 0)::float8 as "metricsAt",
        0::float8 as "claimRejectedAt"
      from machine left join machine_latest latest on latest.machine_id = machine.id
      where machine.id > $1 and machine.status in ('awaiting_claim', 'online', 'offline')
      order by machine.id limit $2`,
    values: [after, limit],
  });
}

/** When a used or replaced claim code was last tried, of each machine where that was after `since`. */
export async function findClaimRejections(rt: Runtime, since: Date): Promise<Map<string, number>> {
  const rows = await rt.db.query<{ machineId: string; at: number }>({
    name: "alerts_claim_rejections",
    text: `select machine_id as "machineId", (extract(epoch from max(at)) * 1000)::float8 as at from machine_connection
      where type = 'machine.claim.rejected' and reason in ('used', 'superseded') and at > $1::timestamptz group by machine_id`,
    values: [since.toISOString()],
  });
  return new Map(rows.map((row) => [row.machineId, row.at]));
}

export interface WatchedAlert extends Watched {
  id: string;
  ruleId: string;
  kind: string;
  machineId: string;
  subject: string;
}

/** Alerts of the machines in (after, upTo] that are not over, or are held. @param upTo null: of all machines after `after` */
export async function findWatched(rt: Runtime, after: string, upTo: string | null): Promise<WatchedAlert[]> {
  return rt.db.query<WatchedAlert>({
    name: "alerts_watched",
    text: `select alert.id, alert.rule_id as "ruleId", rule.kind, alert.machine_id as "machineId", alert.subject, alert.state, alert.held,
        (extract(epoch from alert.started_at) * 1000)::float8 as "startedAt", coalesce(extract(epoch from alert.resolved_at) * 1000, 0)::float8 as "endedAt"
      from alert join alert_rule rule on rule.id = alert.rule_id
      where (alert.state <> 'resolved' or alert.held) and alert.machine_id > $1 and ($2::text is null or alert.machine_id <= $2)`,
    values: [after, upTo],
  });
}

/** Of each question: when the metric last came after `since`; null: not since then. */
export async function findLastHeard(rt: Runtime, questions: readonly { machineId: string; metric: string; since: Date }[]): Promise<(number | null)[]> {
  const rows = await rt.db.query<{ nth: number; at: number | null }>({
    name: "alerts_last_heard",
    text: `select question.nth, (extract(epoch from found.received_at) * 1000)::float8 as at
      from jsonb_to_recordset($1::jsonb) as question (nth int, "machineId" text, metric text, since timestamptz)
      left join lateral (
        select received_at from device_message message
        where message.machine_id = question."machineId" and message.kind = 'tele' and message.received_at > question.since and jsonb_exists(message.payload -> 'metrics', question.metric)
        order by message.received_at desc limit 1) found on true`,
    values: [JSON.stringify(questions.map((question, nth) => ({ nth, ...question })))],
  });
  const answers = Array.from<number | null>({ length: questions.length }).fill(null);
  for (const { nth, at } of rows) answers[nth] = at;
  return answers;
}

export interface Stretch {
  low: number;
  high: number;
  last: number;
}

/** Of each question: lowest, highest and newest reading of the metric since then; null: there was none. */
export async function findStretches(rt: Runtime, questions: readonly { machineId: string; metric: string; since: Date }[]): Promise<(Stretch | null)[]> {
  const rows = await rt.db.query<{ nth: number } & { [K in keyof Stretch]: number | null }>({
    name: "alerts_stretches",
    text: `select question.nth, found.low, found.high, found.last
      from jsonb_to_recordset($1::jsonb) as question (nth int, "machineId" text, metric text, since timestamptz)
      cross join lateral (
        select min(value) as low, max(value) as high, (array_agg(value order by received_at desc, seq desc))[1] as last
        from (select (message.payload -> 'metrics' ->> question.metric)::float8 as value, message.received_at, message.seq from device_message message
          where message.machine_id = question."machineId" and message.kind = 'tele' and message.received_at >= question.since) reading
        where value is not null) found`,
    values: [JSON.stringify(questions.map((question, nth) => ({ nth, ...question })))],
  });
  const answers = Array.from<Stretch | null>({ length: questions.length }).fill(null);
  for (const { nth, low, high, last } of rows) if (low !== null && high !== null && last !== null) answers[nth] = { low, high, last };
  return answers;
}

export interface SlotStock {
  machineId: string;
  /** empty: the machine's sum */
  slot: string;
  count: number;
  capacity: number;
  emptySlots: number;
}

/** Slots that sell something and hold at most so many items, or so many percent. */
export async function findLowSlots(rt: Runtime, machineIds: readonly string[], atMost: { count: number; percent: number }): Promise<SlotStock[]> {
  return rt.db.query<SlotStock>({
    name: "alerts_low_slots",
    text: `select machine_id as "machineId", code as slot, count, capacity, (count = 0)::int as "emptySlots" from slot
      where machine_id = any($1::text[]) and product_id is not null and disabled_reason is null and capacity > 0 and (count <= $2 or count * 100 <= capacity * $3)`,
    values: [machineIds, atMost.count, atMost.percent],
  });
}

/** Each machine's items and places, over the slots that sell something. */
export async function findStockSums(rt: Runtime, machineIds: readonly string[]): Promise<SlotStock[]> {
  return rt.db.query<SlotStock>({
    name: "alerts_stock_sums",
    text: `select machine_id as "machineId", '' as slot, sum(count)::int as count, sum(capacity)::int as capacity, (count(*) filter (where count = 0))::int as "emptySlots" from slot
      where machine_id = any($1::text[]) and product_id is not null and disabled_reason is null group by machine_id`,
    values: [machineIds],
  });
}

export interface PastReading {
  machineId: string;
  boot: string;
  seq: bigint;
  receivedAt: Date;
  metrics: Record<string, number>;
}

/** Readings that came in (from, to], in the order they came; after `last` when that is given. */
export async function findReadings(rt: Runtime, from: Date, to: Date, last: PastReading | null, limit: number): Promise<PastReading[]> {
  return rt.db.query<PastReading>({
    name: "alerts_past_readings",
    text: `select machine_id as "machineId", boot, seq, received_at as "receivedAt", payload -> 'metrics' as metrics from device_message
      where kind = 'tele' and received_at >= $1::timestamptz and received_at <= $2::timestamptz and (received_at, machine_id, boot, seq) > ($1::timestamptz, $3::text, $4::text, $5::bigint)
      order by received_at, machine_id, boot, seq limit $6`,
    values: [(last?.receivedAt ?? from).toISOString(), to.toISOString(), last?.machineId ?? "~", last?.boot ?? "", last?.seq ?? 0n, limit],
  });
}
