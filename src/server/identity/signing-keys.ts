import { calculateJwkThumbprint, type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, importJWK, importPKCS8, type JWK } from "jose";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { insertSigningKey, listSigningKeys, lockSigningKeys } from "./session-repository.ts";

export const SIGNING_ALGORITHM = "RS256";
const RSA_BITS = 2_048;
/** A token with an unknown key id may be from another process's new key: look again, but not at every such token. */
const RELOAD_AFTER_MS = 10_000;

export interface SigningKeys {
  /** The newest key signs. */
  current: { kid: string; privateKey: CryptoKey };
  /** All that are not retired verify. */
  verifying: ReadonlyMap<string, CryptoKey>;
  published: readonly JWK[];
}

const loaded = new WeakMap<Runtime, { at: number; keys: Promise<SigningKeys> }>();

/** The installation's keys, made at the first need: one process makes them, the others wait and read them. */
export function signingKeys(rt: Runtime): Promise<SigningKeys> {
  return (loaded.get(rt) ?? load(rt)).keys;
}

/** The key that verifies `kid`'s signatures; undefined when there is none, or it was retired. */
export async function verifyingKey(rt: Runtime, kid: string): Promise<CryptoKey | undefined> {
  const known = (await signingKeys(rt)).verifying.get(kid);
  const age = rt.clock.now().getTime() - (loaded.get(rt)?.at ?? 0);
  if (known || age < RELOAD_AFTER_MS) return known;
  return (await load(rt).keys).verifying.get(kid);
}

function load(rt: Runtime): { at: number; keys: Promise<SigningKeys> } {
  const keys = readOrMake(rt);
  const entry = { at: rt.clock.now().getTime(), keys };
  loaded.set(rt, entry);
  // A failure is not remembered.
  keys.catch(() => loaded.get(rt) === entry && loaded.delete(rt));
  return entry;
}

async function readOrMake(rt: Runtime): Promise<SigningKeys> {
  const present = await read(rt);
  if (present) return present;
  const made = await newKey(rt);
  await transact(rt, async (tx) => {
    await lockSigningKeys(tx);
    if (!(await listSigningKeys(tx)).some((row) => opened(rt, row) !== null)) await insertSigningKey(tx, made);
  });
  const keys = await read(rt);
  if (!keys) throw new Error("the signing key that was just made is not there");
  return keys;
}

async function newKey(rt: Runtime) {
  const { privateKey, publicKey } = await generateKeyPair(SIGNING_ALGORITHM, { modulusLength: RSA_BITS, extractable: true });
  const bare = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(bare);
  return {
    kid,
    publicJwk: { ...bare, kid, alg: SIGNING_ALGORITHM, use: "sig" },
    privateSealed: rt.sealer.seal(await exportPKCS8(privateKey), sealContext(kid)),
    createdAt: rt.clock.now(),
  };
}

/** null: no key that this process can open. */
async function read(rt: Runtime): Promise<SigningKeys | null> {
  const rows = await listSigningKeys(rt.db.prisma);
  const verifying = new Map<string, CryptoKey>();
  const published: JWK[] = [];
  let current: SigningKeys["current"] | null = null;
  for (const row of rows) {
    const jwk = row.publicJwk as JWK;
    // importJWK gives bytes for symmetric keys alone; these are RSA.
    verifying.set(row.kid, (await importJWK(jwk, SIGNING_ALGORITHM)) as CryptoKey);
    published.push(jwk);
    const pem: string | null = current ? null : opened(rt, row);
    if (pem !== null) current = { kid: row.kid, privateKey: await importPKCS8(pem, SIGNING_ALGORITHM) };
  }
  return current && { current, verifying, published };
}

/** null when SECRET_KEY was replaced without keeping the old one: then a new key is made, and only the tokens already out are lost. */
function opened(rt: Runtime, row: { kid: string; privateSealed: string }): string | null {
  try {
    return rt.sealer.open(row.privateSealed, sealContext(row.kid));
  } catch {
    rt.log.warn({ kid: row.kid }, "signing key: cannot be opened with the present SECRET_KEY");
    return null;
  }
}

function sealContext(kid: string): string {
  return `signing_key/${kid}`;
}
