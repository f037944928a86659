import { randomBytes } from "node:crypto";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { type ClaimAnswer, PROTOCOL_VERSION, type UpTopic } from "#shared/machines/device.ts";
import { claim } from "./claim.ts";
import type { DeviceLog } from "./device-log.ts";
import { Sensors } from "./sensors.ts";
import { type DeviceState, readState, writeState } from "./state-file.ts";

export interface DeviceOptions {
  /** base address of Switchyard */
  server: string;
  stateFile: string;
  /** Asked only when the device has no credentials. */
  token: () => Promise<string>;
  /** Instead of the address in the claim's answer: the demo's broker may have moved. */
  brokerUrl?: string;
  /** Everything happens this many times faster. */
  speed?: number;
  log: DeviceLog;
}

const FIRMWARE = "1.4.2-sim";
const CHIP = "ESP32-S3";
const READING_SECONDS = 5;
const SALE_SECONDS = 45;
/** However fast it runs: a simulation is no load test. */
const MIN_INTERVAL_MS = 100;
const REFILL_BELOW = 0.35;
const MAX_SAMPLES = 100;
/** MQTT: the broker counts the device out after one and a half of it. */
const KEEPALIVE_SECONDS = 15;
const RECONNECT_MS = 1_000;

/**
 * One simulated device: claims itself over HTTP, then speaks the device contract over MQTT as firmware would. Its flash is a file.
 * Ending the process without `stop` is a power cut: the broker publishes its last will.
 */
export class SimulatedDevice {
  readonly #options: DeviceOptions;
  readonly #speed: number;
  readonly #boot = `b${randomBytes(6).toString("hex")}`;
  readonly #sensors = new Sensors(Math.random);
  readonly #startedAt = performance.now();
  readonly #abort = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #seq = 0;
  #state: DeviceState;
  #client: MqttClient | null = null;
  #session = "";
  #buffered: [number, Record<string, number>][] = [];

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#speed = options.speed ?? 1;
    this.#state = readState(options.stateFile) ?? { hardwareId: macAddress(), boots: 0, claim: null, stock: {} };
  }

  get machineId(): string | null {
    return this.#state.claim?.machine_id ?? null;
  }

  /** Claims where that is needed and connects; resolves when it is connected. Later it reconnects by itself. @throws ClaimRefused */
  async start(): Promise<void> {
    this.#state.boots += 1;
    const claimed = this.#state.claim ?? (await this.#claim());
    writeState(this.#options.stateFile, this.#state);
    await this.#connect(claimed);
    this.#every(Math.min(READING_SECONDS, claimed.config.heartbeat_seconds), () => this.#read());
    this.#every(SALE_SECONDS, () => this.#sell());
  }

  /** Says goodbye and disconnects, as before a planned restart. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error("stopped"));
    for (const timer of this.#timers) clearInterval(timer);
    const client = this.#client;
    if (!client) return;
    if (client.connected) await this.#publish("status", { state: "offline", session: this.#session, clean: true }, true).catch(() => {});
    await client.endAsync(!client.connected);
  }

  async #claim(): Promise<ClaimAnswer> {
    const { server, log, token } = this.#options;
    const request = { token: await token(), hardware_id: this.#state.hardwareId, chip: CHIP, firmware_version: FIRMWARE, boot_id: this.#boot };
    const answer = await claim(server, request, { log, signal: this.#abort.signal });
    this.#state.claim = answer;
    this.#state.stock = Object.fromEntries(answer.config.slots.map((slot) => [slot.slot, slot.count]));
    log.info({ machineId: answer.machine_id }, "claimed");
    return answer;
  }

  async #connect({ mqtt, machine_id: machineId }: ClaimAnswer): Promise<void> {
    const { log } = this.#options;
    const options: IClientOptions = {
      clientId: mqtt.client_id,
      username: mqtt.username,
      password: mqtt.password,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_SECONDS,
      reconnectPeriod: RECONNECT_MS,
      // The broker may be unable to check credentials for a moment.
      reconnectOnConnackError: true,
      will: this.#newSession(machineId),
      ...(mqtt.ca_pem ? { ca: mqtt.ca_pem } : {}),
    };
    const client = connect(this.#options.brokerUrl ?? mqtt.url, options);
    this.#client = client;
    client.on("connect", () => this.#connected());
    client.on("close", () => {
      // The next connection has a session, and so a will, of its own.
      client.options.will = this.#newSession(machineId);
    });
    client.on("error", (error) => log.warn({ machineId, reason: error.message }, "connection trouble"));
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      this.#abort.signal.addEventListener("abort", () => reject(this.#abort.signal.reason as Error), { once: true });
    });
    log.info({ machineId }, "connected");
    this.#send("diag", { data: { reset_reason: "power_on", boots: this.#state.boots, chip: CHIP, hardware_id: this.#state.hardwareId } });
    this.#send("log", { level: "info", tag: "main", message: `started ${FIRMWARE}` });
  }

  /** A new session id, and the will that carries it. Its number in the sequence is its own: a will is a message like any other. */
  #newSession(machineId: string): NonNullable<IClientOptions["will"]> {
    this.#session = `s${randomBytes(8).toString("hex")}`;
    const payload = JSON.stringify({ ...this.#envelope(), state: "offline", session: this.#session });
    return { topic: this.#topic("status", machineId), payload: Buffer.from(payload), qos: 1, retain: true };
  }

  #connected(): void {
    this.#send("status", { state: "online", session: this.#session, fw: FIRMWARE, ip: "192.168.4.20" }, true);
    this.#sendStock("sensor");
    this.#read();
  }

  #read(): void {
    const metrics = this.#sensors.read(READING_SECONDS, ((performance.now() - this.#startedAt) / 1_000) * this.#speed);
    if (!this.#client?.connected) {
      this.#buffered = [...this.#buffered, [Date.now(), metrics] as [number, Record<string, number>]].slice(-MAX_SAMPLES);
      return;
    }
    const samples = this.#buffered;
    this.#buffered = [];
    this.#send("tele", { metrics, ...(samples.length > 0 ? { samples } : {}) });
  }

  /** Somebody buys something; somebody fills up when little is left. */
  #sell(): void {
    if (!this.#client?.connected) return;
    const slots = this.#state.claim?.config.slots.filter((slot) => slot.sku !== null) ?? [];
    const total = slots.reduce((sum, slot) => sum + (this.#state.stock[slot.slot] ?? 0), 0);
    const capacity = slots.reduce((sum, slot) => sum + slot.capacity, 0);
    if (total < capacity * REFILL_BELOW) return this.#refill();
    const full = slots.filter((slot) => (this.#state.stock[slot.slot] ?? 0) > 0);
    const sold = full[Math.floor(Math.random() * full.length)];
    if (!sold) return;
    const count = (this.#state.stock[sold.slot] ?? 1) - 1;
    this.#state.stock[sold.slot] = count;
    writeState(this.#options.stateFile, this.#state);
    this.#send("event", { type: "vend.completed", level: "info", data: { slot: sold.slot, left: count } });
    this.#send("stock", { slots: [{ slot: sold.slot, count }], source: "sensor" });
  }

  #refill(): void {
    this.#sensors.doorOpen = true;
    this.#send("event", { type: "door.open", level: "info" });
    for (const slot of this.#state.claim?.config.slots ?? []) if (slot.sku !== null) this.#state.stock[slot.slot] = slot.capacity;
    writeState(this.#options.stateFile, this.#state);
    const timer = setTimeout(() => {
      this.#sensors.doorOpen = false;
      this.#send("event", { type: "door.closed", level: "info" });
      this.#sendStock("manual");
    }, (20 / this.#speed) * 1_000);
    this.#timers.push(timer);
  }

  #sendStock(source: "sensor" | "manual"): void {
    const slots = Object.entries(this.#state.stock).map(([slot, count]) => ({ slot, count }));
    if (slots.length > 0) this.#send("stock", { slots, source });
  }

  #envelope(): { v: number; boot: string; seq: number; ts: number } {
    const seq = this.#seq;
    this.#seq += 1;
    return { v: PROTOCOL_VERSION, boot: this.#boot, seq, ts: Date.now() };
  }

  #topic(part: UpTopic, machineId: string): string {
    return this.#state.claim?.topics[part] ?? `m/${machineId}/${part}`;
  }

  #send(part: UpTopic, body: object, retain = false): void {
    this.#publish(part, body, retain).catch((error: unknown) => this.#options.log.warn({ part, reason: (error as Error).message }, "not sent"));
  }

  async #publish(part: UpTopic, body: object, retain: boolean): Promise<void> {
    await this.#client?.publishAsync(this.#topic(part, this.machineId ?? ""), JSON.stringify({ ...this.#envelope(), ...body }), { qos: 1, retain });
  }

  #every(seconds: number, work: () => void): void {
    this.#timers.push(setInterval(work, Math.max(MIN_INTERVAL_MS, (seconds * 1_000) / this.#speed)));
  }
}

/** Locally administered, so that it is nobody's. */
function macAddress(): string {
  const bytes = randomBytes(6);
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}
