import { expect, it } from "vitest";
import { CallLimit } from "./call-limit.ts";

function gate(): { open: () => void; work: () => Promise<void> } {
  let open = (): void => {};
  const wait = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), work: () => wait };
}
/** Lets everything run that can run now. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

it("runs so many at once, and the others in the order they came", async () => {
  const limit = new CallLimit(2);
  const begun: number[] = [];
  const gates = [gate(), gate(), gate(), gate()];
  const runs = gates.map(({ work }, index) =>
    limit.run(never, () => {
      begun.push(index);
      return work();
    }),
  );
  await settle();
  expect(begun).toEqual([0, 1]);
  gates[1]?.open();
  await settle();
  expect(begun).toEqual([0, 1, 2]);
  for (const { open } of gates) open();
  await Promise.all(runs);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it("whoever is called off while waiting has not begun, and takes no place", async () => {
  const limit = new CallLimit(1);
  const [first, third] = [gate(), gate()];
  const one = limit.run(never, first.work);
  const control = new AbortController();
  let begun = false;
  const two = limit.run(control.signal, async () => void (begun = true));
  const three = limit.run(never, third.work);
  control.abort(new Error("no longer wanted"));
  await expect(two).rejects.toMatchObject({ failure: "unavailable" });
  first.open();
  third.open();
  await Promise.all([one, three]);
  expect(begun).toBe(false);
  await limit.run(never, async () => void (begun = true));
  expect(begun).toBe(true);
});

it("a failure gives its place back", async () => {
  const limit = new CallLimit(1);
  for (let n = 0; n < 3; n += 1) await expect(limit.run(never, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await limit.run(never, () => Promise.resolve(1))).toBe(1);
});
