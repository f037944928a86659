import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { commandMessage, deviceTopic } from "#shared/machines/device.ts";
import type { OutgoingMessage } from "#server/infra/mqtt-publisher.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { publishDownlinks } from "../downlinks/publishing.ts";
import { storeBatch } from "../store-batch.ts";

type End = { phase: "done" } | { phase: "failed"; code: string };

interface Flash {
  turns: { id: string; slot: string }[];
  known: [string, { slot: string; end: End }][];
  seq: number;
}

/**
 * A device at the end of a wire without a broker: what the bridge would publish reaches it, and what it says is stored as the bridge stores it. It follows the contract: a
 * command that it knows is answered again and never carried out twice.
 */
export class LoopDevice {
  /** each time that a motor turned */
  readonly turns: Flash["turns"] = [];
  /** how a slot's next dispenses end, in order; else they are done */
  readonly ends = new Map<string, End[]>();
  /** hears: nothing reaches it; accepts: it says that it begins and then nothing; answers: it does as it should */
  mood: "deaf" | "accepts" | "answers" = "answers";
  /** how often each message is said */
  times = 1;
  readonly #known = new Map<string, { slot: string; end: End }>();
  readonly rt: Runtime;
  readonly machineId: string;
  readonly #flash: string | null;
  readonly #taken: string[] = [];
  #seq = 0;
  #session = 0;

  /** @param flash a file that keeps what it knows over the processes that play it */
  constructor(rt: Runtime, machineId: string, flash: string | null = null) {
    this.rt = rt;
    this.machineId = machineId;
    this.#flash = flash;
    if (flash === null || !existsSync(flash)) return;
    // Written below.
    const { turns, known, seq } = JSON.parse(readFileSync(flash, "utf8")) as Flash;
    this.turns.push(...turns);
    // It had begun, and the power went before the motor turned.
    for (const [id, one] of known) this.#known.set(id, turns.some((turn) => turn.id === id) ? one : { ...one, end: { phase: "failed", code: "INTERRUPTED" } });
    this.#seq = seq;
  }

  #store(): void {
    if (this.#flash !== null) writeFileSync(this.#flash, JSON.stringify({ turns: this.turns, known: [...this.#known], seq: this.#seq } satisfies Flash));
  }

  async online(): Promise<void> {
    this.#session = this.#seq + 1;
    await this.say("status", { state: "online", session: `s${this.#session}`, fw: "1.0.0" });
  }

  async offline(): Promise<void> {
    await this.say("status", { state: "offline", session: `s${this.#session}`, clean: true });
  }

  async say(part: "status" | "ack" | "stock", body: object): Promise<void> {
    this.#seq += 1;
    this.#store();
    const payload = Buffer.from(JSON.stringify({ v: 1, boot: "boot0001", seq: this.#seq, ...body }));
    for (let nth = 0; nth < this.times; nth += 1) await storeBatch(this.rt, [{ topic: deviceTopic(this.machineId, part), payload, at: this.rt.clock.now() }]);
  }

  /** Publishes what waits for all machines; this one takes what is for it. @returns how much was published */
  async pump(): Promise<number> {
    const messages: OutgoingMessage[] = [];
    const { published } = await publishDownlinks(this.rt, { ready: () => true, publish: async (message) => void messages.push(message) });
    for (const message of messages) if (message.topic === deviceTopic(this.machineId, "cmd")) await this.take(message.payload);
    return published;
  }

  /** A command has come, perhaps not for the first time. */
  async take(payload: string): Promise<void> {
    if (this.mood === "deaf") return;
    this.#taken.push(payload);
    const command = commandMessage.parse(JSON.parse(payload));
    if (command.type === "query") return this.#answer(command.id, String(command.args.id));
    if (command.type !== "dispense") return;
    const before = this.#known.get(command.id);
    if (before) return this.#result(command.id, before.end);
    if (command.exp <= command.ts) return this.#result(command.id, { phase: "failed", code: "EXPIRED" });
    const slot = String(command.args.slot);
    const end = this.ends.get(slot)?.shift() ?? { phase: "done" };
    this.#known.set(command.id, { slot, end });
    this.#store();
    await this.say("ack", { id: command.id, phase: "accepted" });
    // A jam turns it too.
    if (end.phase === "done" || end.code !== "BUSY") this.turns.push({ id: command.id, slot });
    this.#store();
    if (this.mood === "answers") await this.#result(command.id, end);
  }

  /** The broker brings once more what it has brought. */
  async again(): Promise<void> {
    for (const payload of this.#taken.slice(-2)) await this.take(payload);
  }

  /** Says how all its commands ended, also those of which it had said nothing. */
  async tellAll(): Promise<void> {
    for (const [id, { end }] of this.#known) await this.#result(id, end);
  }

  /** pieces that came out of a slot */
  out(slot: string): number {
    return [...this.#known.values()].filter((known) => known.slot === slot && known.end.phase === "done").length;
  }

  async #answer(id: string, asked: string): Promise<void> {
    const known = this.#known.get(asked);
    if (!known) return this.say("ack", { id, phase: "failed", code: "UNKNOWN_ID" });
    await this.#result(asked, known.end);
    await this.say("ack", { id, phase: "done", data: { id: asked, phase: known.end.phase } });
  }

  async #result(id: string, end: End): Promise<void> {
    await this.say("ack", { id, ...end });
  }
}
