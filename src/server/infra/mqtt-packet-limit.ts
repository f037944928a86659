import type { Socket } from "node:net";

/** Bytes of one MQTT packet: a payload of 8 KiB with its topic, or a CONNECT with a will. */
export const MAX_PACKET_BYTES = 10_240;

/**
 * Closes the connection when a packet announces more bytes than allowed. Aedes would first collect them all, up to 256 MiB, and ask afterwards.
 * It follows the fixed headers alone: type, then the remaining length in up to four bytes of seven bits (MQTT 3.1.1, 2.2.3).
 */
export function limitPackets(socket: Socket, maxBytes = MAX_PACKET_BYTES): void {
  const follow = createLengthFollower(maxBytes);
  // Aedes reads by `readable`; `data` is emitted as it does, and takes nothing away from it.
  socket.on("data", (chunk: Buffer) => {
    if (!follow(chunk)) socket.destroy(new Error("packet too large"));
  });
}

/** @returns a function that takes the bytes as they come and answers whether all packets so far are small enough */
export function createLengthFollower(maxBytes: number): (chunk: Buffer) => boolean {
  let expecting: "type" | "length" | "body" = "type";
  let length = 0;
  let shift = 0;
  let left = 0;
  return (chunk) => {
    for (let index = 0; index < chunk.length; ) {
      if (expecting === "body") {
        const taken = Math.min(left, chunk.length - index);
        left -= taken;
        index += taken;
        if (left === 0) expecting = "type";
        continue;
      }
      const byte = chunk[index] ?? 0;
      index += 1;
      if (expecting === "type") {
        expecting = "length";
        length = 0;
        shift = 0;
        continue;
      }
      length += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (length > maxBytes || shift > 28) return false;
      if (byte < 0x80) {
        left = length;
        expecting = length === 0 ? "type" : "body";
      }
    }
    return true;
  };
}
