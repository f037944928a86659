import { typeid } from "typeid-js";

/** Prefix of each kind of id. Ids are TypeIDs: `<prefix>_` and a UUIDv7 in base 32, so they sort by time. */
export const ID_PREFIXES = {
  user: "usr",
  organization: "org",
  session: "ses",
  authAttempt: "aut",
  ledgerAccount: "acc",
  transfer: "trf",
  hold: "hld",
  meterSpan: "spn",
  creditLot: "lot",
  price: "prc",
  topUp: "tup",
  clawback: "clb",
  statement: "stm",
  ledgerCheck: "lck",
  project: "prj",
  sshKey: "key",
  host: "hst",
  plan: "pln",
  image: "img",
  upgrade: "upg",
  ipPool: "ipp",
  hostFinding: "fnd",
  snapshot: "snp",
  backup: "bkp",
  vm: "vm",
  operation: "op",
  machine: "mch",
  machineTemplate: "mtp",
  machineBatch: "mbt",
  product: "prd",
  priceChange: "pch",
  claimToken: "clm",
  deviceCredential: "dcr",
  rejectedMessage: "rej",
  machineConnection: "mcn",
  downlink: "dwn",
  deviceCommand: "cmd",
  stockMovement: "mov",
  refill: "rfl",
  order: "ord",
  orderLine: "orl",
  alertRule: "alr",
  alert: "alt",
  alertMute: "mut",
  firmware: "fmw",
  rollout: "rol",
  notification: "ntf",
  event: "evt",
  auditEntry: "aud",
  process: "pcs",
  request: "req",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

/** A new id of the kind, time-ordered. */
export function newId(kind: IdKind): string {
  return typeid(ID_PREFIXES[kind]).toString();
}

const SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** Whether `value` has the form of an id of the kind. It says nothing about whether it exists. */
export function isId(kind: IdKind, value: string): boolean {
  const prefix = `${ID_PREFIXES[kind]}_`;
  return value.startsWith(prefix) && SUFFIX.test(value.slice(prefix.length));
}
