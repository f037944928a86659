import { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** Proxmox takes frames of at most 128 KiB, and none in parts. */
const MOST_BYTES = 64 * 1024;

/** The bytes of a WebSocket's binary messages as a stream. */
export function webSocketDuplex(socket: WebSocket): Duplex {
  const stream = new Duplex({
    allowHalfOpen: false,
    read() {
      if (socket.readyState === socket.OPEN) socket.resume();
    },
    write(chunk: Buffer, _encoding, callback) {
      const send = (from: number): void => {
        if (socket.readyState !== socket.OPEN) return callback(new Error("the console's connection has ended"));
        const to = Math.min(from + MOST_BYTES, chunk.length);
        socket.send(chunk.subarray(from, to), { binary: true }, (error) => {
          if (error) callback(error);
          else if (to < chunk.length) send(to);
          else callback();
        });
      };
      send(0);
    },
    final(callback) {
      socket.close();
      callback();
    },
    destroy(error, callback) {
      socket.terminate();
      callback(error);
    },
  });
  socket.on("message", (data: Buffer | ArrayBuffer | Buffer[]) => {
    const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
    if (!stream.push(bytes)) socket.pause();
  });
  socket.on("close", () => stream.push(null));
  socket.on("error", (error) => stream.destroy(error));
  return stream;
}
