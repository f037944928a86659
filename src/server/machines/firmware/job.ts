import { isId } from "#shared/ids.ts";

/** A job as the device knows it: the rollout, and how often it was begun anew. A repeated offer of one job is for a device that lost the first. */
export function jobId(rolloutId: string, round: number): string {
  return `${rolloutId}-${round}`;
}

/** null: not a job of ours */
export function readJob(job: string): { rolloutId: string; round: number } | null {
  const [rolloutId = "", round = "", ...more] = job.split("-");
  return isId("rollout", rolloutId) && /^[0-9]{1,6}$/.test(round) && more.length === 0 ? { rolloutId, round: Number(round) } : null;
}
