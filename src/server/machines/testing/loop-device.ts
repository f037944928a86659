import { commandMessage, deviceTopic } from "#shared/machines/device.ts";
import type { OutgoingMessage } from "#server/infra/mqtt-publisher.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { publishDownlinks } from "../downlinks/publishing.ts";
import { storeBatch } from "../store-batch.ts";

type End = { phase: "done" } | { phase: "failed"; code: string };

/**
 * A device at the end of a wire without a broker: what the bridge would publish reaches it, and what it says is stored as the bridge stores it. It follows the contract: a
 * command that it knows is answered again and never carried out twice.
 */
export class LoopDevice {
  /** each time that a motor turned */
  readonly turns: { id: string; slot: string }[] = [];
  /** how a slot's next dispenses end, in order; else they are done */
  readonly ends = new Map<string, End[]>();
  /** hears: nothing reaches it; accepts: it says that it begins and then nothing; answers: it does as it should */
  mood: "deaf" | "accepts" | "answers" = "answers";
  /** how often each message is said */
  times = 1;
  readonly #known = new Map<string, { slot: string; end: End }>();
  readonly rt: Runtime;
  readonly machineId: string;
  readonly #boot: string;
  #seq = 0;
  #session = 0;

  constructor(rt: Runtime, machineId: string, boot = "boot0001") {
    this.rt = rt;
    this.machineId = machineId;
    this.#boot = boot;
  }

  async online(): Promise<void> {
    this.#session += 1;
    await this.say("status", { state: "online", session: `s${this.#session}`, fw: "1.0.0" });
  }

  async offline(): Promise<void> {
    await this.say("status", { state: "offline", session: `s${this.#session}`, clean: true });
  }

  async say(part: "status" | "ack" | "stock", body: object): Promise<void> {
    this.#seq += 1;
    const payload = Buffer.from(JSON.stringify({ v: 1, boot: this.#boot, seq: this.#seq, ...body }));
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
    const command = commandMessage.parse(JSON.parse(payload));
    if (command.type === "query") return this.#answer(command.id, String(command.args.id));
    if (command.type !== "dispense") return;
    const before = this.#known.get(command.id);
    if (before) return this.#result(command.id, before.end);
    if (command.exp <= command.ts) return this.#result(command.id, { phase: "failed", code: "EXPIRED" });
    const slot = String(command.args.slot);
    const end = this.ends.get(slot)?.shift() ?? { phase: "done" };
    this.#known.set(command.id, { slot, end });
    await this.say("ack", { id: command.id, phase: "accepted" });
    // A jam turns it too.
    if (end.phase === "done" || end.code !== "BUSY") this.turns.push({ id: command.id, slot });
    if (this.mood === "answers") await this.#result(command.id, end);
  }

  /** Says how a command ended, also one of which it had said nothing. */
  async tell(id: string): Promise<void> {
    const known = this.#known.get(id);
    if (known) await this.#result(id, known.end);
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
