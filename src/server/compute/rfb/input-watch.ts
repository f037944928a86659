const INIT_BYTES = 1;

/** Messages of RFB clients (RFC 6143, 7.5, and the registry of extensions) by their type: how long they are, from as many bytes as that needs. */
const MESSAGES: Record<number, { head: number; length: (head: Buffer) => number; input: boolean }> = {
  0: { head: 1, length: () => 20, input: false },
  2: { head: 4, length: (head) => 4 + 4 * head.readUInt16BE(2), input: false },
  3: { head: 1, length: () => 10, input: false },
  4: { head: 1, length: () => 8, input: true },
  5: { head: 1, length: () => 6, input: true },
  // A clipboard of the extended kind has a negative length.
  6: { head: 8, length: (head) => 8 + Math.abs(head.readInt32BE(4)), input: true },
  // EnableContinuousUpdates
  150: { head: 1, length: () => 10, input: false },
  // Fence
  248: { head: 9, length: (head) => 9 + head.readUInt8(8), input: false },
  // SetDesktopSize
  251: { head: 7, length: (head) => 8 + 16 * head.readUInt8(6), input: false },
  // QEMU's own: a key with its scan code
  255: { head: 2, length: (head) => (head.readUInt8(1) === 0 ? 12 : 4), input: true },
};

/**
 * Tells input by people (keys, pointer, clipboard) from what a client asks by itself, in the bytes from ClientInit on. After a message that it does not know
 * everything counts as input.
 */
export function createInputWatch(): (chunk: Buffer) => boolean {
  let rest = Buffer.alloc(0);
  let skip = INIT_BYTES;
  let lost = false;
  return (chunk) => {
    if (lost) return true;
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = Buffer.alloc(0);
    let input = false;
    for (;;) {
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      bytes = bytes.subarray(skipped);
      if (bytes.length === 0) return input;
      const message = MESSAGES[bytes.readUInt8(0)];
      if (!message) {
        lost = true;
        return true;
      }
      if (bytes.length < message.head) {
        rest = Buffer.from(bytes);
        return input;
      }
      input ||= message.input;
      skip = message.length(bytes);
    }
  };
}
