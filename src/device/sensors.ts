/** A cooled machine's sensors. Nothing in them is exact, and each device has its own temper. */
export class Sensors {
  #temperature: number;
  readonly #setPoint: number;
  #compressor = true;
  #rssi: number;
  #heap = 182_000;
  doorOpen = false;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
    this.#setPoint = 3.5 + random() * 2;
    this.#temperature = this.#setPoint + random() * 2 - 1;
    this.#rssi = -50 - random() * 25;
  }

  /**
   * Lets time pass and reads all sensors.
   * @param seconds since the last reading
   * @param uptimeSeconds since the start
   */
  read(seconds: number, uptimeSeconds: number): Record<string, number> {
    const noise = (width: number): number => (this.#random() - 0.5) * width;
    // Two-point control: cools below the set point, then rests; an open door warms faster than the compressor cools.
    if (this.#temperature > this.#setPoint + 0.8) this.#compressor = true;
    if (this.#temperature < this.#setPoint - 0.8) this.#compressor = false;
    const drift = (this.#compressor ? -0.02 : 0.012) + (this.doorOpen ? 0.08 : 0);
    this.#temperature = clamp(this.#temperature + drift * Math.min(seconds, 60) + noise(0.08), -5, 28);
    this.#rssi = clamp(this.#rssi + noise(3), -88, -42);
    this.#heap = clamp(this.#heap + noise(2_400), 140_000, 210_000);
    return {
      temp_c: round(this.#temperature, 2),
      door: this.doorOpen ? 1 : 0,
      compressor: this.#compressor ? 1 : 0,
      rssi_dbm: Math.round(this.#rssi),
      heap_free_b: Math.round(this.#heap),
      uptime_s: Math.round(uptimeSeconds),
    };
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
