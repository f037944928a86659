/** The stretch behind a VM's tiles, in ms. */
export const LATELY_MS = 15 * 60_000;

/** Where the query cache keeps a VM's usage over the last `rangeMs`. Not by the procedure's input: that has the moment in it. */
export function metricsKey(id: string, rangeMs: number): readonly unknown[] {
  return ["vm-metrics", id, rangeMs];
}
