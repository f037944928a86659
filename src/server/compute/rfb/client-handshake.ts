import type { Duplex } from "node:stream";
import { readBytes } from "./stream-bytes.ts";
import { answerChallenge, CHALLENGE_BYTES } from "./vnc-authentication.ts";

const NONE = 1;
const VNC = 2;
const MAX_REASON_BYTES = 1_024;

/**
 * The client's part of an RFB handshake (RFC 6143, 7.1.1–7.1.3) with a server of version 3.3 or later; the stream then stands before ClientInit.
 * @throws Error with the server's reason when it refuses
 */
export async function joinRfbServer(stream: Duplex, password: string | null, signal?: AbortSignal): Promise<void> {
  const greeting = (await readBytes(stream, 12, signal)).toString("latin1");
  const version = /^RFB (\d{3})\.(\d{3})\n$/.exec(greeting);
  if (!version) throw new Error("the screen's server does not speak RFB");
  const minor = version[1] === "003" ? Number(version[2]) : 8;
  const agreed = minor >= 8 ? 8 : minor === 7 ? 7 : 3;
  stream.write(`RFB 003.00${agreed}\n`);

  const type = agreed === 3 ? await dictatedType(stream, signal) : await chosenType(stream, password, signal);
  if (type === VNC) stream.write(answerChallenge(password ?? "", await readBytes(stream, CHALLENGE_BYTES, signal)));
  // Before 3.8 there is no result of no authentication.
  if (type === NONE && agreed < 8) return;
  const result = (await readBytes(stream, 4, signal)).readUInt32BE(0);
  if (result !== 0) throw new Error(agreed === 8 ? await reason(stream, signal) : "the screen's server refused the password");
}

async function chosenType(stream: Duplex, password: string | null, signal: AbortSignal | undefined): Promise<number> {
  const count = (await readBytes(stream, 1, signal)).readUInt8(0);
  if (count === 0) throw new Error(await reason(stream, signal));
  const offered = [...(await readBytes(stream, count, signal))];
  const type = offered.includes(VNC) && password !== null ? VNC : NONE;
  if (!offered.includes(type)) throw new Error(`the screen's server offers none of the authentications that we know, but ${offered.join(", ")}`);
  stream.write(Buffer.of(type));
  return type;
}

async function dictatedType(stream: Duplex, signal: AbortSignal | undefined): Promise<number> {
  const type = (await readBytes(stream, 4, signal)).readUInt32BE(0);
  if (type === 0) throw new Error(await reason(stream, signal));
  if (type !== NONE && type !== VNC) throw new Error(`the screen's server wants authentication ${type}`);
  return type;
}

async function reason(stream: Duplex, signal: AbortSignal | undefined): Promise<string> {
  const length = (await readBytes(stream, 4, signal)).readUInt32BE(0);
  return (await readBytes(stream, Math.min(length, MAX_REASON_BYTES), signal)).toString("utf8") || "the screen's server refused";
}
