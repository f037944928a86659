import { createHmac } from "node:crypto";
import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSealer } from "#server/infra/crypto.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { jwks, signAccessToken, verifyAccessToken } from "./access-tokens.ts";
import { signingKeys } from "./signing-keys.ts";

let rt: TestRuntime;
const subject = { userId: "usr_1", sessionId: "ses_1" };
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

/** A token with everything right but what is given, signed with our own key. */
async function tokenWith(claims: Record<string, unknown> = {}, header: Record<string, string> = {}): Promise<string> {
  const { current } = await signingKeys(rt);
  return new SignJWT({ ...goodClaims(), ...claims }).setProtectedHeader({ alg: "RS256", kid: current.kid, typ: "at+jwt", ...header }).sign(current.privateKey);
}

function goodClaims() {
  const now = Math.floor(rt.clock.now().getTime() / 1_000);
  return { iss: rt.config.publicUrl, aud: "switchyard", sub: subject.userId, sid: subject.sessionId, iat: now, exp: now + 60 };
}

test("processes that start together agree on one key, which is sealed at rest", async () => {
  const processes: Runtime[] = Array.from({ length: 4 }, () => ({ ...rt }));
  const tokens = await Promise.all(processes.map((process) => signAccessToken(process, subject)));
  const rows = await rt.db.prisma.signingKey.findMany();
  expect(rows).toHaveLength(1);
  expect(rows[0]?.privateSealed).toMatch(/^v1\./);
  expect(rows[0]?.privateSealed).not.toContain("PRIVATE KEY");
  for (const token of tokens) expect(await verifyAccessToken(rt, token)).toMatchObject(subject);
});

test("a token is good for an hour", async () => {
  const token = await signAccessToken(rt, subject);
  const claims = await verifyAccessToken(rt, token);
  expect(claims).toEqual({ ...subject, expiresAt: new Date(rt.clock.now().getTime() + 3_600_000) });
  rt.clock.advance(3_599_000);
  expect(await verifyAccessToken(rt, token)).not.toBeNull();
  rt.clock.advance(1_000);
  expect(await verifyAccessToken(rt, token)).toBeNull();
});

test("what makes the good token good", async () => {
  expect(await verifyAccessToken(rt, await tokenWith())).toMatchObject(subject);
});

test.each<[string, Record<string, unknown>, Record<string, string>?]>([
  ["another issuer", { iss: "https://elsewhere.example" }],
  ["another audience", { aud: "other" }],
  ["an expiry in the past", { exp: 1 }],
  ["no expiry", { exp: undefined }],
  ["no session", { sid: undefined }],
  ["a session that is not a name", { sid: 7 }],
  ["no subject", { sub: undefined }],
  ["another type of token", {}, { typ: "JWT" }],
  ["an unknown key id", {}, { kid: "nobody" }],
])("%s is refused", async (_name, claims, header) => {
  expect(await verifyAccessToken(rt, await tokenWith(claims, header))).toBeNull();
});

test("alg none is refused", async () => {
  expect(await verifyAccessToken(rt, new UnsecuredJWT(goodClaims()).encode())).toBeNull();
  const [, body] = (await tokenWith()).split(".");
  const header = Buffer.from(JSON.stringify({ alg: "none", kid: (await signingKeys(rt)).current.kid, typ: "at+jwt" })).toString("base64url");
  expect(await verifyAccessToken(rt, `${header}.${body}.`)).toBeNull();
});

test("HS256 with our public key as its secret is refused, in each of the key's forms", async () => {
  const [, body] = (await tokenWith()).split(".");
  const published = (await jwks(rt)).keys[0] ?? {};
  // importJWK gives bytes for symmetric keys alone.
  const spki = await exportSPKI((await importJWK(published, "RS256")) as CryptoKey);
  const header = Buffer.from(JSON.stringify({ alg: "HS256", kid: published.kid, typ: "at+jwt" })).toString("base64url");
  for (const secret of [spki, spki.trim(), JSON.stringify(published), published.n ?? ""]) {
    const signature = createHmac("sha256", secret).update(`${header}.${body}`).digest("base64url");
    expect(await verifyAccessToken(rt, `${header}.${body}.${signature}`)).toBeNull();
  }
});

test("a stranger's key under our key id is refused", async () => {
  const stranger = await generateKeyPair("RS256");
  const { current } = await signingKeys(rt);
  const token = await new SignJWT(goodClaims()).setProtectedHeader({ alg: "RS256", kid: current.kid, typ: "at+jwt" }).sign(stranger.privateKey);
  expect(await verifyAccessToken(rt, token)).toBeNull();
});

test.each(["", "x", "a.b.c", "a.b.c.d.e", "swr_abc"])("%j is not a token", async (token) => {
  expect(await verifyAccessToken(rt, token)).toBeNull();
});

test("the published keys verify and hold nothing private", async () => {
  const { keys } = await jwks(rt);
  expect(keys).toEqual([expect.objectContaining({ kty: "RSA", alg: "RS256", use: "sig", kid: expect.any(String) })]);
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
});

test("a lost SECRET_KEY costs the tokens' signer, not the installation: a new key is made and other processes learn of it", async () => {
  const old = await signAccessToken(rt, subject);
  const other: Runtime = { ...rt, sealer: createSealer(["another secret of at least thirty-two characters"]) };
  rt.clock.advance(1_000);
  const fresh = await signAccessToken(other, subject);
  expect(await verifyAccessToken(other, old)).toMatchObject(subject);
  rt.clock.advance(10_000);
  expect(await verifyAccessToken(rt, fresh)).toMatchObject(subject);
});
