import { ExactTime } from "#components/ui/relative-time.tsx";

/** For `t.rich("… <at></at>", { at: exactTimeTag(at) })`: an exact time within a sentence. */
export function exactTimeTag(at: string) {
  return function Time() {
    return <ExactTime at={at} />;
  };
}
