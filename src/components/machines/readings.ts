/** What a received signal strength means for a machine: below -80 dBm connections break off. */
export function signalStrength(dbm: number): "excellent" | "good" | "fair" | "weak" {
  if (dbm >= -55) return "excellent";
  if (dbm >= -67) return "good";
  return dbm >= -80 ? "fair" : "weak";
}

/** Metrics that have a place of their own on the machine's page. */
const SHOWN = new Set(["temp_c", "compressor", "door", "rssi_dbm", "uptime_s", "heap_free_b"]);

/** What the device measures besides, by its own names, in order. */
export function otherReadings(metrics: Readonly<Record<string, number>>): [name: string, value: number][] {
  return Object.entries(metrics)
    .filter(([name]) => !SHOWN.has(name))
    .sort(([a], [b]) => a.localeCompare(b));
}
