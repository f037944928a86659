import { useFormatter } from "next-intl";
import { useMemo } from "react";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Formats amounts of data: `bytes(1_500_000)` → "1.5 MB" (powers of 1000, as networks count); `megabytes(1536)` → "1.5 GB" (powers of 1024, as memory is sold). */
export function useByteWords() {
  const format = useFormatter();
  return useMemo(() => {
    const number = (value: number) => format.number(value, { maximumFractionDigits: value < 10 ? 1 : 0 });
    return {
      bytes(value: number) {
        const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
        return `${number(value / 1000 ** power)} ${UNITS[power] ?? "B"}`;
      },
      megabytes: (value: number) => (value < 1024 ? `${number(value)} MB` : `${number(value / 1024)} GB`),
    };
  }, [format]);
}
