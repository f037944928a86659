import { Meter } from "#components/ui/meter.tsx";

/** How much of something is used, with the numbers beside it; amber from four fifths, red when it is all. */
export function UsageBar({ share, label, wide = false }: { share: number; label: string; wide?: boolean }) {
  return <Meter wide={wide} share={share} label={label} tone={share >= 1 ? "none" : share >= 0.8 ? "low" : "good"} />;
}
