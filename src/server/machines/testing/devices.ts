import type { UpTopic } from "#shared/machines/device.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type BatchEffects, storeBatch } from "../store-batch.ts";
import { type GivenDevice, givenDevice } from "./fixtures.ts";

/** A device whose messages go straight to the store, as the bridge hands them over. */
export interface SpeakingDevice extends GivenDevice {
  /** Each message gets the next sequence number, unless it brings its own. */
  say(kind: UpTopic, message: object): Promise<BatchEffects>;
  sayAll(messages: readonly { kind: UpTopic; message: object }[]): Promise<BatchEffects>;
  goOnline(): Promise<void>;
  goOffline(): Promise<void>;
}

/** A claimed machine whose device is online. */
export async function givenSpeakingDevice(rt: Runtime, options: { organizationId?: string; online?: boolean } = {}): Promise<SpeakingDevice> {
  const device = await givenDevice(rt, options);
  let seq = 0;
  let session = 0;
  const sayAll: SpeakingDevice["sayAll"] = (messages) =>
    storeBatch(rt, messages.map(({ kind, message }) => ({ topic: `m/${device.id}/${kind}`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "b1", seq: (seq += 1), ...message })), at: rt.clock.now() })));
  const say: SpeakingDevice["say"] = (kind, message) => sayAll([{ kind, message }]);
  const speaking: SpeakingDevice = {
    ...device,
    say,
    sayAll,
    goOnline: async () => void (await say("status", { state: "online", session: `s${(session += 1)}`, fw: "1.0.0" })),
    goOffline: async () => void (await say("status", { state: "offline", session: `s${session}`, clean: true })),
  };
  if (options.online ?? true) await speaking.goOnline();
  return speaking;
}
