"use client";

import { parseAsBoolean, parseAsInteger, parseAsStringLiteral, useQueryStates } from "nuqs";
import { RANGE_NAMES, type RangeName, rangeMs, type Span } from "./ranges.ts";

/** Which stretch is looked at, kept in the address: a range that ends now, or one that somebody chose. */
export function useMetricsSpan() {
  const [state, set] = useQueryStates({
    range: parseAsStringLiteral(RANGE_NAMES).withDefault("1h"),
    from: parseAsInteger,
    to: parseAsInteger,
    compare: parseAsBoolean.withDefault(false),
  });
  const chosen: Span | null = state.from !== null && state.to !== null && state.from < state.to ? { from: state.from * 1_000, to: state.to * 1_000, live: false } : null;
  return {
    range: state.range,
    lengthMs: rangeMs(state.range),
    chosen,
    compare: state.compare,
    setRange: (range: RangeName) => void set({ range, from: null, to: null }),
    choose: (span: Span) => void set({ from: Math.round(span.from / 1_000), to: Math.round(span.to / 1_000) }),
    reset: () => void set({ from: null, to: null }),
    setCompare: (compare: boolean) => void set({ compare }),
  };
}
