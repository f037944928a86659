import { duplexPair } from "node:stream";
import { describe, expect, it } from "vitest";
import { joinRfbServer } from "./client-handshake.ts";
import { welcomeRfbClient } from "./server-handshake.ts";
import { readBytes } from "./stream-bytes.ts";

async function shake(server: string | null, client: string | null): Promise<{ server: unknown; client: unknown; after: string | null }> {
  const [left, right] = duplexPair();
  const outcome = (work: Promise<void>): Promise<unknown> => work.then(() => "welcome", (error: Error) => error.message);
  const [served, joined] = await Promise.all([outcome(welcomeRfbClient(left, server)), outcome(joinRfbServer(right, client))]);
  let after: string | null = null;
  if (joined === "welcome") {
    left.write("what follows");
    after = (await readBytes(right, 12)).toString();
  }
  return { server: served, client: joined, after };
}

/** A server that says `script`; what it was told comes back. */
async function against(script: Buffer[], password: string | null): Promise<{ client: unknown; told: string }> {
  const [left, right] = duplexPair();
  const joined = joinRfbServer(right, password).then(() => "welcome", (error: Error) => error.message);
  for (const part of script) left.write(part);
  const client = await joined;
  right.end();
  let told = "";
  for await (const chunk of left) told += (chunk as Buffer).toString("latin1");
  return { client, told };
}

const text = (value: string): Buffer => Buffer.from(value, "latin1");

describe("an RFB handshake", () => {
  it("ends before ClientInit, with the password or without", async () => {
    expect(await shake(null, null)).toEqual({ server: "welcome", client: "welcome", after: "what follows" });
    expect(await shake(null, "unasked")).toMatchObject({ client: "welcome" });
    expect(await shake("secret", "secret")).toEqual({ server: "welcome", client: "welcome", after: "what follows" });
  });

  it("tells the client why not", async () => {
    expect(await shake("secret", "guess")).toMatchObject({ server: "the password is wrong", client: "the password is wrong" });
    expect((await against([text("HTTP/1.1 400"), text("xxxx")], null)).client).toBe("the screen's server does not speak RFB");
    expect((await against([text("RFB 003.008\n"), Buffer.of(0, 0, 0, 0, 4), text("busy")], null)).client).toBe("busy");
    expect((await against([text("RFB 003.008\n"), Buffer.of(2, 5, 19)], "x")).client).toContain("5, 19");
  });

  it("speaks with older servers", async () => {
    expect(await against([text("RFB 003.003\n"), Buffer.of(0, 0, 0, 1)], null)).toEqual({ client: "welcome", told: "RFB 003.003\n" });
    expect(await against([text("RFB 003.007\n"), Buffer.of(1, 1)], null)).toEqual({ client: "welcome", told: "RFB 003.007\n\u0001" });
    expect((await against([text("RFB 003.003\n"), Buffer.of(0, 0, 0, 2), Buffer.alloc(16), Buffer.of(0, 0, 0, 0)], "pw")).client).toBe("welcome");
    // Apple's and RealVNC's own numbers
    expect((await against([text("RFB 005.000\n"), Buffer.of(1, 1), Buffer.of(0, 0, 0, 0)], null)).client).toBe("welcome");
  });

  it("ends with the connection", async () => {
    const [left, right] = duplexPair();
    const joined = joinRfbServer(right, null);
    left.end("RFB 003");
    await expect(joined).rejects.toThrow("closed");
  });
});
