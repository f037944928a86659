import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { deviceTopic, DOWN_TOPICS, PROTOCOL_VERSION, type UpTopic } from "#shared/machines/device.ts";
import { connectPacket, createReader, DISCONNECT, PING, pubackPacket, publishPacket, subscribePacket } from "./mqtt-packets.ts";

export interface Login {
  id: string;
  password: string;
}

const KEEPALIVE_SECONDS = 30;
const PACKET = { connack: 2, publish: 3, puback: 4, suback: 9 } as const;

/**
 * A device that speaks the contract over a bare socket: ten thousand of them, or twenty thousand messages a second, fit into one process and leave the
 * processors to what is measured. Each connection has a session of its own, and a will that names it.
 */
export class LightDevice {
  readonly id: string;
  /** messages that the broker has acknowledged */
  acknowledged = 0;
  /** of those, readings */
  acknowledgedReadings = 0;
  /** the number of the last message */
  seq = 0;
  /** after a PUBACK */
  onAcknowledged: (() => void) | null = null;
  /** its connection ended, and not by itself */
  onLost: (() => void) | null = null;
  readonly boot = randomBytes(6).toString("hex");
  readonly #password: string;
  #socket: Socket | null = null;
  #session = "";
  #messageId = 0;
  #wroteAt = 0;
  #corked = false;
  /** message ids of readings that are not acknowledged */
  readonly #readings = new Set<number>();

  constructor({ id, password }: Login) {
    this.id = id;
    this.#password = password;
  }

  get connected(): boolean {
    return this.#socket !== null;
  }

  /** Connects and logs in. @throws Error when it is refused, or the connection ends before */
  async connect(port: number): Promise<void> {
    this.#session = randomBytes(8).toString("hex");
    this.#readings.clear();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const will = { topic: deviceTopic(this.id, "status"), payload: this.#message({ state: "offline", session: this.#session }) };
    socket.write(connectPacket({ clientId: this.id, password: this.#password, keepaliveSeconds: KEEPALIVE_SECONDS, will }));
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => {
        if (this.#socket === socket) {
          this.#socket = null;
          this.onLost?.();
        }
        reject(new Error("the broker closed the connection"));
      });
      socket.on(
        "data",
        createReader((head, body) => {
          const type = head >> 4;
          if (type === PACKET.connack) {
            if (body[1] !== 0) return reject(new Error(`the login was refused with ${body[1]}`));
            this.#socket = socket;
            return resolve();
          }
          return this.#take(type, head, body);
        }),
      );
    });
  }

  /** Listens to what is for it, and says that it is there: what firmware does first. */
  start(status: object = {}): void {
    this.#write(subscribePacket(DOWN_TOPICS.map((part) => deviceTopic(this.id, part)), this.#nextId()));
    this.publish("status", { state: "online", session: this.#session, ...status }, true);
  }

  /** @returns the message's number */
  publish(part: UpTopic, body: object, retain = false): number {
    const messageId = this.#nextId();
    if (part === "tele") this.#readings.add(messageId);
    this.#write(publishPacket(deviceTopic(this.id, part), this.#message(body), messageId, retain));
    return this.seq;
  }

  /** Lets the broker know that it lives, when it has said nothing for a while. */
  keepAlive(now: number): void {
    if (now - this.#wroteAt > (KEEPALIVE_SECONDS * 1_000) / 2) this.#write(PING);
  }

  /** Gone without a word: the broker publishes the will. */
  cut(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
  }

  /** Forgets its connection and leaves it open, as a device that has lost its network and does not know. @returns closes it */
  abandon(): () => void {
    const socket = this.#socket;
    this.#socket = null;
    return () => socket?.destroy();
  }

  /** Ends the connection in order; nobody publishes a will. */
  leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.end(DISCONNECT);
  }

  #take(type: number, head: number, body: Buffer): void {
    if (type === PACKET.puback) {
      this.acknowledged += 1;
      if (this.#readings.delete(body.readUInt16BE(0))) this.acknowledgedReadings += 1;
      this.onAcknowledged?.();
    } else if (type === PACKET.publish) {
      if ((head & 0x06) > 0) this.#write(pubackPacket(body.readUInt16BE(2 + body.readUInt16BE(0))));
    } else if (type === PACKET.suback && body.subarray(2).some((code) => code > 2)) throw new Error("a subscription was refused");
  }

  /** What is said in one turn leaves in one write. */
  #write(bytes: Buffer): void {
    const socket = this.#socket;
    if (!socket) return;
    if (!this.#corked) {
      this.#corked = true;
      socket.cork();
      setImmediate(() => {
        this.#corked = false;
        socket.uncork();
      });
    }
    socket.write(bytes);
    this.#wroteAt = performance.now();
  }

  #message(body: object): string {
    this.seq += 1;
    return JSON.stringify({ v: PROTOCOL_VERSION, boot: this.boot, seq: this.seq, ts: Date.now(), ...body });
  }

  #nextId(): number {
    this.#messageId = (this.#messageId % 65_535) + 1;
    return this.#messageId;
  }
}
