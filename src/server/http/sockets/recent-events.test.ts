import { expect, it } from "vitest";
import type { EventEnvelope } from "#shared/platform/events.ts";
import { createRecentEvents } from "./recent-events.ts";

const envelope = (id: string) => ({ id }) as EventEnvelope;
const ids = (events: EventEnvelope[]) => events.map(({ id }) => id);

it("keeps a room's events for ten seconds, in their order", () => {
  let now = 0;
  const recent = createRecentEvents(() => now);
  recent.add(["a", "b"], envelope("1"));
  now = 6_000;
  recent.add(["b"], envelope("2"));
  recent.add(["a"], envelope("3"));
  expect([ids(recent.of("a")), ids(recent.of("b")), ids(recent.of("c"))]).toEqual([["1", "3"], ["1", "2"], []]);
  now = 10_001;
  expect([ids(recent.of("a")), ids(recent.of("b"))]).toEqual([["3"], ["2"]]);
  now = 20_000;
  expect(recent.of("a")).toEqual([]);
});

it("keeps the newest thousand when there are more", () => {
  const recent = createRecentEvents(() => 0);
  for (let n = 0; n < 4_321; n += 1) recent.add(["a"], envelope(String(n)));
  expect(ids(recent.of("a"))).toEqual(Array.from({ length: 1_000 }, (_, n) => String(3_321 + n)));
});
