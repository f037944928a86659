import { Readable } from "node:stream";

interface RetainedPacket {
  topic: string;
  payload: Buffer | string;
}

/** What of Aedes's persistence deals with retained messages; its own types say `any`. */
export interface RetainedStore {
  storeRetained(packet: RetainedPacket): Promise<void>;
  createRetainedStreamCombi(patterns: readonly string[]): Readable;
}

/**
 * Aedes's memory looks through all retained messages at each subscription: ten thousand devices that each retain their status and subscribe to three topics of their own are three hundred
 * million comparisons when they come back together. Topics without wildcards, which is all that devices may subscribe to, are looked up instead.
 */
export function lookUpRetained(store: RetainedStore): void {
  const byTopic = new Map<string, RetainedPacket>();
  const keep = store.storeRetained.bind(store);
  const search = store.createRetainedStreamCombi.bind(store);
  Object.assign(store, {
    storeRetained(packet) {
      if (packet.payload.length === 0) byTopic.delete(packet.topic);
      else byTopic.set(packet.topic, { ...packet });
      return keep(packet);
    },
    createRetainedStreamCombi(patterns) {
      if (patterns.some((pattern) => /[+#]/.test(pattern))) return search(patterns);
      return Readable.from(patterns.flatMap((topic) => byTopic.get(topic) ?? []));
    },
  } satisfies RetainedStore);
}
