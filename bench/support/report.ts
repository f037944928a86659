/** What a bench found: figures, and the ratios that matter, each with its aim. */
export interface Report {
  title: string;
  figures: { name: string; value: string }[];
  ratios: { name: string; value: number; aim: number; unit?: "ratio" | "absolute"; lower?: boolean }[];
}

export function printReport(reports: readonly Report[]): void {
  for (const report of reports) {
    process.stdout.write(`\n${report.title}\n`);
    for (const figure of report.figures) process.stdout.write(`  ${figure.name.padEnd(58)} ${figure.value}\n`);
    for (const ratio of report.ratios) {
      const reached = ratio.lower ? ratio.value <= ratio.aim : ratio.value >= ratio.aim;
      const show = (value: number): string => (ratio.unit === "absolute" ? Math.round(value).toLocaleString("en") : `${value.toFixed(2)}×`);
      process.stdout.write(`  ${ratio.name.padEnd(58)} ${show(ratio.value)}  (aim ${ratio.lower ? "≤" : "≥"} ${show(ratio.aim)}: ${reached ? "reached" : "missed"})\n`);
    }
  }
  process.stdout.write("\n");
}

export function perSecond(value: number, unit: string): string {
  return `${Math.round(value).toLocaleString("en")} ${unit}/s`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The value that the given part of the values (0–1) are below. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
