import type { Runtime } from "#server/infra/runtime.ts";

/** The first time that it is asked for, a round begins now. */
export async function ensureRound(rt: Runtime, name: string, now: Date): Promise<void> {
  await rt.db.query({ text: "insert into alert_round (name, evaluated_at, leased_until) values ($1, $2::timestamptz, $2::timestamptz) on conflict do nothing", values: [name, now.toISOString()] });
}

/**
 * Takes the round when its pause is over and nobody has it. A lease or an end in the future that no clock of ours can have written is one of a clock that was put back.
 * @returns until when it was evaluated, or null
 */
export async function leaseRound(rt: Runtime, name: string, now: Date, pauseMs: number, leaseMs: number): Promise<Date | null> {
  const rows = await rt.db.query<{ evaluatedAt: Date }>({
    name: "alerts_lease_round",
    text: `update alert_round set leased_until = $2::timestamptz + $4::int * interval '1 millisecond'
      where name = $1 and (leased_until <= $2::timestamptz or leased_until > $2::timestamptz + $4::int * interval '1 millisecond')
        and (evaluated_at <= $2::timestamptz - $3::int * interval '1 millisecond' or evaluated_at > $2::timestamptz)
      returning evaluated_at as "evaluatedAt"`,
    values: [name, now.toISOString(), pauseMs, leaseMs],
  });
  return rows[0]?.evaluatedAt ?? null;
}

/** How far it was evaluated, and until when the lease lasts. */
export async function moveRound(rt: Runtime, name: string, evaluatedAt: Date, leasedUntil: Date): Promise<void> {
  await rt.db.query({ name: "alerts_move_round", text: "update alert_round set evaluated_at = $2::timestamptz, leased_until = $3::timestamptz where name = $1", values: [name, evaluatedAt.toISOString(), leasedUntil.toISOString()] });
}

/** Gives the round back as far as it has come. */
export async function releaseRound(rt: Runtime, name: string, now: Date): Promise<void> {
  await rt.db.query({ text: "update alert_round set leased_until = $2::timestamptz where name = $1", values: [name, now.toISOString()] });
}
