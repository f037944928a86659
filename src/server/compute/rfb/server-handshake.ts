import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Duplex } from "node:stream";
import { readBytes } from "./stream-bytes.ts";
import { answerChallenge, CHALLENGE_BYTES } from "./vnc-authentication.ts";

const VERSION = "RFB 003.008\n";
const NONE = 1;
const VNC = 2;

/**
 * The server's part of an RFB 3.8 handshake (RFC 6143, 7.1.1–7.1.3); the stream then stands before ClientInit. `password` null: none is asked.
 * @throws Error when the client is of another version or does not know the password; it was told
 */
export async function welcomeRfbClient(stream: Duplex, password: string | null, signal?: AbortSignal): Promise<void> {
  stream.write(VERSION);
  const version = (await readBytes(stream, VERSION.length, signal)).toString("latin1");
  if (version !== VERSION) throw refuse(stream, Buffer.of(0), "only RFB 3.8 is spoken here");
  const type = password === null ? NONE : VNC;
  stream.write(Buffer.of(1, type));
  const chosen = (await readBytes(stream, 1, signal)).readUInt8(0);
  if (chosen !== type) throw refuse(stream, Buffer.of(0, 0, 0, 1), "this authentication was not offered");
  if (password !== null) {
    const challenge = randomBytes(CHALLENGE_BYTES);
    stream.write(challenge);
    const answer = await readBytes(stream, CHALLENGE_BYTES, signal);
    if (!timingSafeEqual(answer, answerChallenge(password, challenge))) throw refuse(stream, Buffer.of(0, 0, 0, 1), "the password is wrong");
  }
  stream.write(Buffer.of(0, 0, 0, 0));
}

function refuse(stream: Duplex, how: Buffer, why: string): Error {
  const text = Buffer.from(why, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  stream.end(Buffer.concat([how, length, text]));
  return new Error(why);
}
