/**
 * What the host is told to do wrong.
 * - before the work: `refuse595`, `lockTimeout`, `html`, `huge`, `hang`, `notFoundStorage`
 * - after it was done: `lost596`, `lostReset` (the connection breaks), `hangAfter`
 * - `lie`: a task that ends well and did nothing · `garbage`: JSON that means nothing
 */
export type FaultKind = "refuse595" | "lockTimeout" | "html" | "huge" | "hang" | "lost596" | "lostReset" | "hangAfter" | "lie" | "garbage";

export interface FakeFault {
  kind: FaultKind;
  method: string;
  path: RegExp;
  /** default 1 */
  times?: number;
}

export interface FakeFaults {
  add(fault: FakeFault): void;
  take(method: string, path: string): FaultKind | null;
  clear(): void;
}

export function createFakeFaults(): FakeFaults {
  let faults: (FakeFault & { left: number })[] = [];
  return {
    add: (fault) => void faults.push({ ...fault, left: fault.times ?? 1 }),
    take(method, path) {
      const fault = faults.find((each) => each.left > 0 && each.method === method && each.path.test(path));
      if (!fault) return null;
      fault.left -= 1;
      return fault.kind;
    },
    clear: () => void (faults = []),
  };
}
