import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes, type Client } from "aedes";
import { type ClaimAnswer, type CommandType, deviceTopic, DOWN_TOPICS, type DownTopic, MAX_PAYLOAD_BYTES, UP_MESSAGES, UP_TOPICS, type UpMessage, type UpTopic } from "#shared/machines/device.ts";
import { type DeviceOptions, SimulatedDevice } from "../device.ts";
import { newState, writeState } from "../state-file.ts";

/** What a device said. */
export interface Said {
  part: UpTopic;
  message: Record<string, unknown>;
  retain: boolean;
}

export const MACHINE_ID = "mch_01h455vb4pex5vsknk084sn02q";

/** A plain broker, and a device that has claimed its machine already. Everything that the device says is checked against the contract. */
export class Rig {
  readonly said: Said[] = [];
  /** what did not fit the contract */
  readonly wrong: string[] = [];
  /** passwords that the broker takes */
  readonly passwords = new Set(["first"]);
  readonly folder = mkdtempSync(join(tmpdir(), "switchyard-rig-"));
  readonly #broker: Aedes;
  readonly #tcp: Server;
  readonly #devices: SimulatedDevice[] = [];

  private constructor(broker: Aedes) {
    this.#broker = broker;
    this.#tcp = createServer(broker.handle);
    broker.authenticate = (_client: Client, _name, password, done) => {
      const known = password !== undefined && this.passwords.has(password.toString());
      if (known) return done(null, true);
      done(Object.assign(new Error("refused"), { returnCode: 4 }) as Parameters<typeof done>[0], false);
    };
    broker.on("publish", ({ topic, payload, retain }) => {
      const part = UP_TOPICS.find((one) => topic === deviceTopic(MACHINE_ID, one));
      if (part) this.#hear(part, Buffer.from(payload), retain);
    });
  }

  static async open(): Promise<Rig> {
    const rig = new Rig(await Aedes.createBroker());
    rig.#tcp.listen(0, "127.0.0.1");
    await once(rig.#tcp, "listening");
    return rig;
  }

  get stateFile(): string {
    return join(this.folder, "device.json");
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#tcp.address() as AddressInfo).port}`;
  }

  /** Makes the device's flash: claimed, with two slots of five. */
  claimed(changes: Partial<ClaimAnswer> = {}): void {
    const topics = Object.fromEntries([...UP_TOPICS, ...DOWN_TOPICS].map((part) => [part, deviceTopic(MACHINE_ID, part)])) as ClaimAnswer["topics"];
    const slots = ["A1", "A2"].map((slot) => ({ slot, sku: `SKU-${slot}`, capacity: 5, count: 5, filled: 0 }));
    const claim: ClaimAnswer = {
      machine_id: MACHINE_ID,
      mqtt: { url: this.url, username: MACHINE_ID, password: "first", client_id: MACHINE_ID, ca_pem: null },
      topics,
      config: { version: 3, heartbeat_seconds: 60, timezone: "UTC", slots },
      server_time: new Date().toISOString(),
      ...changes,
    };
    writeState(this.stateFile, { ...newState("02:00:00:00:00:01"), claim, clockOffsetMs: 0, stock: { A1: 5, A2: 5 } });
  }

  /** Switches a device on; resolves when it is connected. */
  async device(options: Partial<DeviceOptions> = {}): Promise<SimulatedDevice> {
    const device = new SimulatedDevice({ server: "http://127.0.0.1:9", stateFile: this.stateFile, token: async () => "", speed: 100, log: { info() {}, warn() {} }, ...options });
    this.#devices.push(device);
    await device.start();
    return device;
  }

  send(part: DownTopic, payload: object | string, retain = false): Promise<void> {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    return new Promise((resolve, reject) => {
      this.#broker.publish({ cmd: "publish", topic: deviceTopic(MACHINE_ID, part), payload: Buffer.from(text), qos: 1, retain, dup: false }, (error) => (error ? reject(error) : resolve()));
    });
  }

  command(id: string, type: CommandType | "dance", args: object = {}, times: { ts?: number; exp?: number } = {}): Promise<void> {
    const ts = times.ts ?? Date.now();
    return this.send("cmd", { v: 1, id, type, ts, exp: times.exp ?? ts + 20_000, args });
  }

  dispense(id: string, slot = "A1", times: { ts?: number; exp?: number } = {}): Promise<void> {
    return this.command(id, "dispense", { slot, order: "ord_1", mechanism: "motor" }, times);
  }

  /** All messages of a kind so far. */
  all<T extends UpTopic>(part: T): UpMessage<T>[] {
    return this.said.filter((one) => one.part === part).map((one) => one.message as UpMessage<T>);
  }

  /** What was acknowledged of a command, as "accepted", "done" or a failure's code, in order. */
  acks(id: string): string[] {
    return this.all("ack").filter((ack) => ack.id === id).map((ack) => ack.code ?? ack.phase);
  }

  async close(): Promise<void> {
    for (const device of this.#devices) await device.stop();
    await new Promise<void>((resolve) => this.#broker.close(resolve));
    this.#tcp.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #hear(part: UpTopic, payload: Buffer, retain: boolean): void {
    const message = JSON.parse(payload.toString("utf8")) as Record<string, unknown>;
    const parsed = UP_MESSAGES[part].safeParse(message);
    if (!parsed.success) this.wrong.push(`${part}: ${parsed.error.message}`);
    if (payload.length > MAX_PAYLOAD_BYTES) this.wrong.push(`${part}: ${payload.length} bytes`);
    this.said.push({ part, message, retain });
  }
}

/** Waits until `look` answers something; its condition must come true by itself. */
export async function until<T>(look: () => T | undefined | null | false, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`it did not happen in time: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
