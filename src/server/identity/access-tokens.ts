import { errors, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import type { Runtime } from "#server/infra/runtime.ts";
import { SIGNING_ALGORITHM, signingKeys, verifyingKey } from "./signing-keys.ts";

/** Access tokens: JWTs of the profile of RFC 9068 (`typ: at+jwt`), signed RS256, good for an hour and no longer than their session. */
export const ACCESS_TOKEN_SECONDS = 3_600;
const AUDIENCE = "switchyard";
const TYPE = "at+jwt";

interface AccessTokenClaims {
  userId: string;
  sessionId: string;
  expiresAt: Date;
}

/** Signs a token for the session. */
export async function signAccessToken(rt: Runtime, subject: { userId: string; sessionId: string }): Promise<string> {
  const { current } = await signingKeys(rt);
  const issuedAt = Math.floor(rt.clock.now().getTime() / 1_000);
  return new SignJWT({ sid: subject.sessionId })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: current.kid, typ: TYPE })
    .setIssuer(rt.config.publicUrl)
    .setAudience(AUDIENCE)
    .setSubject(subject.userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
    .sign(current.privateKey);
}

/** The token's claims, or null for anything but a token of ours that is still good. Whether its session lives is another question. */
export async function verifyAccessToken(rt: Runtime, token: string): Promise<AccessTokenClaims | null> {
  try {
    const { payload } = await jwtVerify(token, (header) => keyFor(rt, header.kid), {
      algorithms: [SIGNING_ALGORITHM],
      issuer: rt.config.publicUrl,
      audience: AUDIENCE,
      typ: TYPE,
      requiredClaims: ["sub", "sid", "iat", "exp"],
      currentDate: rt.clock.now(),
    });
    if (typeof payload.sub !== "string" || typeof payload["sid"] !== "string" || payload.exp === undefined) return null;
    return { userId: payload.sub, sessionId: payload["sid"], expiresAt: new Date(payload.exp * 1_000) };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

async function keyFor(rt: Runtime, kid: string | undefined) {
  const key = kid === undefined ? undefined : await verifyingKey(rt, kid);
  if (!key) throw new errors.JWKSNoMatchingKey();
  return key;
}

/** Body of `/.well-known/jwks.json`. */
export async function jwks(rt: Runtime): Promise<JSONWebKeySet> {
  return { keys: [...(await signingKeys(rt)).published] };
}
