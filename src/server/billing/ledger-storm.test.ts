import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { AppError } from "#shared/errors.ts";
import { type Database, openDatabase } from "#server/infra/database.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { expireHold, expireLot, hold, postHold, reverse, transfer, voidHold } from "./ledger.ts";
import { systemAccount } from "./system-accounts.ts";

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

/** Numbers that look random and are the same in each run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const EXPECTED = new Set(["INSUFFICIENT_CREDITS", "CONFLICT", "INVALID_REQUEST", "NOT_FOUND"]);

it("keeps every invariant under random movements of parallel clients", { timeout: 120_000 }, async () => {
  const welcome = 1_500n;
  const organizations = Array.from({ length: 4 }, () => newId("organization"));
  const accounts = await Promise.all(organizations.map((organizationId) => transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome, at: rt.clock.now() }))));
  const holds: string[] = [];
  const transfers: string[] = [];
  const lots: string[] = [];
  const keys: string[] = [];
  const refusals = new Map<string, number>();
  const begin = rt.clock.now().getTime();
  const client = async (seed: number): Promise<void> => {
    const random = seeded(seed);
    for (let step = 0; step < 110; step += 1) {
      // The clients' clocks differ by seconds, and so do the ends of lots and holds.
      const at = new Date(begin + (step + random(20)) * 1_000);
      const end = () => new Date(at.getTime() + (random(30) + 1) * 1_000);
      // Mostly after the end of what is chosen, however the clients fare.
      const late = () => new Date(at.getTime() + random(60) * 1_000);
      // Now and then one that does not exist.
      const any = (ids: readonly string[], kind: "hold" | "transfer" | "creditLot"): string => (random(20) === 0 ? undefined : ids[random(ids.length || 1)]) ?? newId(kind);
      const account = accounts[random(accounts.length)] ?? "";
      const other = accounts[random(accounts.length)] ?? "";
      const amount = BigInt(random(120) - 5);
      // Now and then a key that was used already, with the same or with other content.
      const key = keys.length > 0 && random(5) === 0 ? (keys[random(keys.length)] ?? "") : newId("event");
      keys.push(key);
      const subject = { type: "vm", id: `vm_${random(3)}` };
      try {
        await transact(rt, async (tx) => {
          switch (random(12)) {
            case 0:
              return void transfers.push((await transfer(tx, { key, kind: "usage", from: account, to: systemAccount("revenue", account), amount, at })).transfer.id);
            case 1:
              // Both ways between customers: the order of the locks must not depend on the direction.
              return void transfers.push((await transfer(tx, { key, kind: "adjustment", from: account, to: other, amount, at })).transfer.id);
            case 2:
              return void holds.push((await hold(tx, { key, accountId: account, amount, subject, at, ...(random(2) === 0 ? { expiresAt: end() } : {}) })).id);
            case 3:
              return void (await voidHold(tx, any(holds, "hold"), at));
            case 4:
              return void (await expireHold(tx, any(holds, "hold"), late()));
            case 5: {
              const terms = { category: random(2) === 0 ? "paid" : "promotional", priority: random(4) * 30, expiresAt: random(2) === 0 ? end() : null } as const;
              const made = await transfer(tx, { key, kind: "grant", from: systemAccount("promotion", account), to: account, amount, terms, at });
              transfers.push(made.transfer.id);
              return void lots.push(made.transfer.id.replace("trf", "lot"));
            }
            case 6:
              return void (await expireLot(tx, any(lots, "creditLot"), late()));
            case 7:
            case 8: {
              const made = await reverse(tx, { key, transferId: any(transfers, "transfer"), amount, upTo: random(2) === 0, at });
              return void (made && random(4) === 0 && transfers.push(made.transfer.id));
            }
            default:
              return void (await postHold(tx, { holdId: any(holds, "hold"), kind: "usage", to: systemAccount("revenue", account), parts: [{ key, amount }], subject, at }));
          }
        });
      } catch (error) {
        const code = error instanceof AppError ? error.code : String(error);
        refusals.set(code, (refusals.get(code) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: 10 }, (_, nth) => client(nth + 1)));
  expect([...refusals.keys()].filter((code) => !EXPECTED.has(code))).toEqual([]);
  // The storm was one: every refusal happened, and movements of every kind succeeded.
  expect([...refusals.keys()].toSorted()).toEqual([...EXPECTED].toSorted());
  for (const kind of ["usage", "adjustment", "grant", "expiry", "reversal"]) expect(await rt.db.prisma.transfer.count({ where: { kind } }), kind).toBeGreaterThan(0);
  for (const status of ["posted", "voided", "expired"]) expect(await rt.db.prisma.hold.count({ where: { status } }), status).toBeGreaterThan(0);
  expect(await auditLedger(rt)).toEqual([]);
});

it("gives one account's last credits to one of many that ask at once", async () => {
  const organizationId = newId("organization");
  const account = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome: 100n, at: rt.clock.now() }));
  const at = rt.clock.now();
  const asked = await Promise.allSettled(
    Array.from({ length: 20 }, () => transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "usage", from: account, to: systemAccount("revenue", account), amount: 30n, at }))),
  );
  expect(asked.filter((one) => one.status === "fulfilled")).toHaveLength(3);
  expect(await rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: account } })).toMatchObject({ balance: 10n, version: 4n });
});

it("makes one transfer of one key that many bring at once", async () => {
  const organizationId = newId("organization");
  const account = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome: 100n, at: rt.clock.now() }));
  const at = rt.clock.now();
  const made = await Promise.all(
    Array.from({ length: 12 }, () => transact(rt, (tx) => transfer(tx, { key: `once:${account}`, kind: "usage", from: account, to: systemAccount("revenue", account), amount: 30n, at }))),
  );
  expect(new Set(made.map((one) => one.transfer.id)).size).toBe(1);
  expect(made.filter((one) => !one.repeated)).toHaveLength(1);
});

/** Runs the storm until it has reported `lines` movements, then kills it; answers what it reported. */
async function killedStorm(environment: Record<string, string>, accounts: readonly string[], lines: number): Promise<string[]> {
  const child = spawn(process.execPath, ["src/server/testing/ledger-storm-process.ts", ...accounts], { env: { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH, ...environment }, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const reported: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    reported.push(line);
    if (reported.length === lines) child.kill("SIGKILL");
  }
  await ended;
  expect(child.signalCode).toBe("SIGKILL");
  return reported;
}

async function openAccounts(database: Database): Promise<string[]> {
  const runtime = { ...rt, db: database };
  return Promise.all(Array.from({ length: 3 }, () => transact(runtime, (tx) => openCustomerAccount(tx, rt, { organizationId: newId("organization"), welcome: 1_000_000n, at: rt.clock.now() }))));
}

it("is whole after kill -9 in a storm, and what was reported done is there", { timeout: 120_000 }, async () => {
  if (rt.databaseUrl) {
    const accounts = await openAccounts(rt.db);
    for (const lines of [1, 40, 150]) {
      const reported = await killedStorm({ DATABASE_URL: rt.databaseUrl, DATA_DIR: "memory" }, accounts, lines);
      expect(await rt.db.prisma.transfer.count({ where: { idempotencyKey: { in: reported } } })).toBe(reported.length);
      expect(await auditLedger(rt)).toEqual([]);
    }
    return;
  }
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-storm-"));
  const open = () => openDatabase({ ...rt.config, databaseUrl: null, dataDir, ephemeral: false });
  try {
    const before = await open();
    await applyMigrations(before, await readMigrations(process.cwd()));
    const accounts = await openAccounts(before);
    await before.close();
    const reported = await killedStorm({ DATA_DIR: dataDir }, accounts, 60);
    const after = await open();
    expect(await after.prisma.transfer.count({ where: { idempotencyKey: { in: reported } } })).toBe(reported.length);
    expect(await auditLedger({ db: after })).toEqual([]);
    await after.close();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
