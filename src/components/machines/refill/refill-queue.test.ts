import { expect, it } from "vitest";
import { dequeue, enqueue, readQueue } from "./refill-queue.ts";

const confirm = (slot: string, added: number) => ({ slot, added, removed: 0, count: null });

it("the last word on a slot counts, and one that came while the first was saved stays", () => {
  const first = confirm("A1", 1);
  const queue = enqueue(enqueue([], first), confirm("A2", 2));
  const again = enqueue(queue, confirm("A1", 3));
  expect(again.map((one) => [one.slot, one.added])).toEqual([["A1", 3], ["A2", 2]]);
  expect(dequeue(queue, first).map((one) => one.slot)).toEqual(["A2"]);
  expect(dequeue(again, first)).toEqual(again);
});

it("what is kept on the phone is read back, and anything else is nothing", () => {
  const queue = [confirm("A1", 1), { slot: "A2", added: 0, removed: 1, count: 4 }];
  expect(readQueue(JSON.stringify(queue))).toEqual(queue);
  for (const text of [null, "", "{", "{}", '[{"slot":1}]']) expect(readQueue(text)).toEqual([]);
});
