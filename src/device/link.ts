import { randomBytes } from "node:crypto";
import { connect, type ErrorWithReasonCode, type IClientOptions, type MqttClient } from "mqtt";
import { type ClaimAnswer, DOWN_TOPICS, type DownTopic, PROTOCOL_VERSION, type UpTopic } from "#shared/machines/device.ts";
import type { DeviceLog } from "./device-log.ts";
import type { Faults } from "./faults.ts";

/** MQTT: the broker counts the device out after one and a half of it. */
const KEEPALIVE_SECONDS = 15;
/** at least; devices that lose their broker together do not come back together */
const RECONNECT_MS = 1_000;
/** however fast it runs */
const LEAST_RECONNECT_MS = 100;
/** MQTT 3.1.1: "bad user name or password" and "not authorized". Anything else may be the broker's own trouble. */
const REFUSED = [4, 5];

export interface LinkOptions {
  claim: ClaimAnswer;
  /** instead of the address in the claim */
  brokerUrl: string | undefined;
  /** id of this run of the firmware */
  boot: string;
  /** Unix milliseconds by the device's clock */
  now: () => number;
  faults: Faults;
  speed: number;
  log: DeviceLog;
  /** asked before each connection */
  password: () => string;
  /** Connected and subscribed; `password` is the one that was taken. */
  onConnected: (password: string) => void;
  /** The broker does not take this password. */
  onRefused: (password: string) => void;
  onMessage: (part: DownTopic, payload: Buffer) => void;
}

/** The device's connection to the broker: comes back by itself, each time with a session and so a will of its own. Numbers what is sent. */
export class Link {
  readonly #options: LinkOptions;
  readonly #client: MqttClient;
  readonly #reconnectMs: number;
  #seq = 0;
  #session = "";
  #password = "";
  #subscribed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#reconnectMs = Math.max(LEAST_RECONNECT_MS, RECONNECT_MS / options.speed) * (1 + Math.random());
    const { claim, brokerUrl, log } = options;
    const machineId = claim.machine_id;
    this.#password = options.password();
    const settings: IClientOptions = {
      clientId: claim.mqtt.client_id,
      username: claim.mqtt.username,
      password: this.#password,
      protocolVersion: 4,
      // Nothing is kept for a device that is away: an old command must not wait for it.
      clean: true,
      keepalive: KEEPALIVE_SECONDS,
      reconnectPeriod: this.#reconnectMs,
      // The broker may be unable to check credentials for a moment.
      reconnectOnConnackError: true,
      // Subscribing again is done here, and once.
      resubscribe: false,
      will: this.#newSession(),
      ...(claim.mqtt.ca_pem ? { ca: claim.mqtt.ca_pem } : {}),
    };
    const client = connect(brokerUrl ?? claim.mqtt.url, settings);
    this.#client = client;
    client.on("connect", () => {
      this.#subscribe().catch((error: unknown) => log.warn({ machineId, reason: (error as Error).message }, "not subscribed"));
    });
    client.on("close", () => {
      this.#subscribed = false;
      // A shorter or longer way back was for this once; the client has its timer already.
      client.options.reconnectPeriod = this.#reconnectMs;
      client.options.will = this.#newSession();
      this.#password = options.password();
      client.options.password = this.#password;
    });
    client.on("message", (topic, payload) => {
      const part = DOWN_TOPICS.find((one) => topic === this.#topic(one));
      if (part) options.onMessage(part, payload);
    });
    client.on("error", (error) => {
      log.warn({ machineId, reason: error.message }, "connection trouble");
      if (REFUSED.includes((error as ErrorWithReasonCode).code)) options.onRefused(this.#password);
    });
  }

  /** Connected, and it hears what it is told. */
  get connected(): boolean {
    return this.#client.connected && this.#subscribed;
  }

  /** Says that the device is here: the first message of a connection. */
  hello(body: object): void {
    void this.send("status", { state: "online", session: this.#session, ...body }, true);
  }

  /** Sends a message; resolves when the broker has it, which may be after another connection. */
  async send(part: UpTopic, body: object, retain = false): Promise<void> {
    const { faults, log } = this.#options;
    const payload = JSON.stringify({ ...this.#envelope(), ...body });
    if (part === "ack" && faults.dropAcks > 0) {
      faults.dropAcks -= 1;
      return;
    }
    const copies = Array.from({ length: 1 + faults.repeatMessages }, () => this.#client.publishAsync(this.#topic(part), payload, { qos: 1, retain }));
    await Promise.all(copies).catch((error: unknown) => log.warn({ part, reason: (error as Error).message }, "not sent"));
  }

  /** Loses the network, for so long at least. */
  drop(ms = 0): void {
    if (ms > 0) this.#client.options.reconnectPeriod = ms;
    this.#client.stream.destroy();
  }

  /** Connects again at once, with what is now the password. */
  reopen(): void {
    this.#client.options.reconnectPeriod = 1;
    this.#client.stream.destroy();
  }

  /** Says goodbye and disconnects. */
  async close(): Promise<void> {
    if (this.#client.connected) await this.send("status", { state: "offline", session: this.#session, clean: true }, true);
    await this.#client.endAsync(!this.#client.connected);
  }

  /** Gone without a word: the broker publishes the will. */
  cut(): void {
    this.#client.end(true);
  }

  async #subscribe(): Promise<void> {
    const password = this.#password;
    const granted = await this.#client.subscribeAsync(DOWN_TOPICS.map((part) => this.#topic(part)), { qos: 1 });
    // 128: refused. A device without its commands is still of use: it reports.
    for (const { topic, qos } of granted) if (qos > 2) this.#options.log.warn({ topic }, "subscription refused");
    this.#subscribed = true;
    this.#options.onConnected(password);
  }

  /** A new session id, and the will that carries it. Its number in the sequence is its own: a will is a message like any other. */
  #newSession(): NonNullable<IClientOptions["will"]> {
    this.#session = `s${randomBytes(8).toString("hex")}`;
    const payload = JSON.stringify({ ...this.#envelope(), state: "offline", session: this.#session });
    return { topic: this.#topic("status"), payload: Buffer.from(payload), qos: 1, retain: true };
  }

  #envelope(): { v: number; boot: string; seq: number; ts: number } {
    const seq = this.#seq;
    this.#seq += 1;
    return { v: PROTOCOL_VERSION, boot: this.#options.boot, seq, ts: Math.max(0, Math.round(this.#options.now())) };
  }

  #topic(part: UpTopic | DownTopic): string {
    return this.#options.claim.topics[part];
  }
}
