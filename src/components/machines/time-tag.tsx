import { RelativeTime } from "#components/ui/relative-time.tsx";

/** For `t.rich("… <at></at>", { at: timeTag(at) })`: a time within a sentence. */
export function timeTag(at: string | null) {
  return () => <RelativeTime at={at} />;
}
