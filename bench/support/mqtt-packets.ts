/** The packets of MQTT 3.1.1 that a device sends, as bytes; the packet types stand in section 2.2.1 of the specification. */

/** CONNECT with a clean session, a user name, a password and, at QoS 1 and retained, a will (3.1). */
export function connectPacket(options: { clientId: string; password: string; keepaliveSeconds: number; will?: { topic: string; payload: string } }): Buffer {
  const { clientId, keepaliveSeconds, password, will } = options;
  const variable = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, will ? 0xee : 0xc2, keepaliveSeconds >> 8, keepaliveSeconds & 0xff]);
  return packet(0x10, [variable, text(clientId), ...(will ? [text(will.topic), text(will.payload)] : []), text(clientId), text(password)]);
}

/** PUBLISH at QoS 1 (3.3). */
export function publishPacket(topic: string, payload: string, messageId: number, retain: boolean): Buffer {
  return packet(retain ? 0x33 : 0x32, [text(topic), number(messageId), Buffer.from(payload)]);
}

/** SUBSCRIBE at QoS 1 (3.8). */
export function subscribePacket(topics: readonly string[], messageId: number): Buffer {
  return packet(0x82, [number(messageId), ...topics.flatMap((topic) => [text(topic), Buffer.from([1])])]);
}

export function pubackPacket(messageId: number): Buffer {
  return packet(0x40, [number(messageId)]);
}

export const PING = Buffer.from([0xc0, 0]);
export const DISCONNECT = Buffer.from([0xe0, 0]);

/** What a broker said: its first byte, and what follows the length. */
export type TakePacket = (head: number, body: Buffer) => void;

/** @returns a function that takes bytes as they come and tells `take` of each packet that is whole */
export function createReader(take: TakePacket): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const start = lengthOf(rest);
      if (!start || rest.length < start.at + start.length) return;
      take(rest[0] ?? 0, rest.subarray(start.at, start.at + start.length));
      rest = rest.subarray(start.at + start.length);
    }
  };
}

/** The remaining length: up to four bytes of seven bits (2.2.3). @returns null when it is not there yet */
function lengthOf(bytes: Buffer): { at: number; length: number } | null {
  let length = 0;
  for (let index = 1; index < Math.min(bytes.length, 5); index += 1) {
    const byte = bytes[index] ?? 0;
    length += (byte & 0x7f) << (7 * (index - 1));
    if (byte < 0x80) return { at: index + 1, length };
  }
  return null;
}

function packet(head: number, parts: readonly Buffer[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length: number[] = [];
  let left = size;
  do {
    length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.concat([Buffer.from([head, ...length]), ...parts]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
