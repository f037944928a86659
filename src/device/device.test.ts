import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createWebServer } from "#server/http/server.ts";
import type { WebServer } from "#server/http/web-server.ts";
import { type Bridge, startBridge } from "#server/machines/bridge.ts";
import { claimUrl } from "#server/machines/claim-qr.ts";
import { issueClaim } from "#server/machines/claims.ts";
import { createDeviceRouter } from "#server/machines/device-http.ts";
import { createCommand } from "#server/machines/commands/commands.ts";
import { getMachine, listConnections, listRejected } from "#server/machines/machines.ts";
import { demoClaims, seedDemoMachines } from "#server/machines/seed.ts";
import { eventually, startTestBroker, type TestBroker } from "#server/machines/testing/broker.ts";
import { givenMachine, givenOrganization, TESTER } from "#server/machines/testing/fixtures.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { SimulatedDevice } from "./device.ts";
import { startSimulatedFleet } from "./fleet.ts";

let rt: TestRuntime;
let broker: TestBroker;
let bridge: Bridge;
let web: WebServer;
let address: string;
let folder: string;

beforeAll(async () => {
  rt = await createTestRuntime({ port: 0 });
  broker = await startTestBroker(rt, "aedes");
  bridge = await startBridge(rt);
  web = createWebServer(rt, { next: null, device: createDeviceRouter(rt) });
  address = `http://127.0.0.1:${(await web.listen()).port}`;
  folder = await mkdtemp(join(tmpdir(), "switchyard-devices-"));
});
afterAll(async () => {
  await web.close();
  await bridge.stop();
  await broker.stop();
  await rt.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the simulator", () => {
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });

  const run = (...args: string[]): ChildProcess & { text: () => string } => {
    const child = spawn(process.execPath, ["src/device/main.ts", "--state", join(folder, "program"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => output.push(text));
    children.push(child);
    return Object.assign(child, { text: () => output.join("") });
  };
  const online = (id: string, status: string) => eventually(async () => (await getMachine(rt, "platform", id)).status === status, 20_000);

  it("as a program of its own claims, reports, is missed when it is killed, and comes back with what it has", { timeout: 60_000 }, async () => {
    const machine = await givenMachine(rt);
    const { token } = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    const url = claimUrl(address, token);
    const first = run("--claim", url, "--speed", "10");
    await online(machine.id, "online");
    const reading = await eventually(async () => (await getMachine(rt, "platform", machine.id)).latest);
    expect(reading.metrics).toMatchObject({ temp_c: expect.any(Number), rssi_dbm: expect.any(Number), heap_free_b: expect.any(Number), door: 0 });
    const [file] = await readdir(join(folder, "program"));
    expect((await stat(join(folder, "program", file ?? ""))).mode & 0o077).toBe(0);
    expect(await readFile(join(folder, "program", file ?? ""), "utf8")).toContain(machine.id);

    first.kill("SIGKILL");
    await online(machine.id, "offline");
    const second = run("--claim", url, "--speed", "10");
    await online(machine.id, "online");
    second.kill("SIGTERM");
    await online(machine.id, "offline");
    const rows = (await listConnections(rt, "platform", { id: machine.id, limit: 100 })).data.map((row) => [row.type, row.reason]);
    expect(rows.slice(0, 4)).toEqual([
      ["machine.offline", "reported"],
      ["machine.online", null],
      ["machine.offline", "will"],
      // The reading follows the connection, in the same batch or the next.
      expect.arrayContaining([expect.stringMatching(/first_reading|online/)]),
    ]);
    const boots = await rt.db.prisma.deviceMessage.findMany({ where: { machineId: machine.id }, distinct: ["boot"], select: { boot: true } });
    expect(boots).toHaveLength(2);
    expect((await listRejected(rt, machine.id)).data).toEqual([]);
  });

  it("does what the server tells it, and says what it has", { timeout: 60_000 }, async () => {
    const machine = await givenMachine(rt);
    const { token } = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    const now = (): number => rt.clock.now().getTime();
    const device = new SimulatedDevice({ server: address, stateFile: join(folder, "told.json"), token: async () => token, speed: 50, now, log: { info() {}, warn() {} } });
    await device.start();
    await online(machine.id, "online");
    const tell = async (type: "self_test" | "reboot"): Promise<string> => {
      const { id } = await transact(rt, (tx) => createCommand(tx, { machineId: machine.id, type, args: {}, expiresInSeconds: 20, actorId: null, at: rt.clock.now() }));
      rt.signals.send("downlinks");
      return id;
    };
    for (const type of ["self_test", "reboot"] as const) {
      const id = await tell(type);
      await eventually(async () => (await rt.db.prisma.deviceCommand.findUniqueOrThrow({ where: { id } })).state === "done", 20_000);
    }
    const { configVersion, reportedVersion } = await eventually(async () => {
      const row = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id: machine.id } });
      return row.reportedVersion === row.configVersion ? row : null;
    });
    expect(reportedVersion).toBe(configVersion);
    expect((await listRejected(rt, machine.id)).data).toEqual([]);
    expect(device.stored()?.claim?.firmware_key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    await device.stop();
  });

  it("says why when its token is refused", async () => {
    const machine = await givenMachine(rt);
    const { token } = await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    await issueClaim(rt, TESTER, { id: machine.id, medium: "screen" });
    const child = run("--claim", token, "--server", address);
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(1);
    expect(child.text()).toContain("A newer claim token was made for this machine; use that one.");
  });

  it("in the demo runs all seeded machines, and after a restart goes on without a new claim", { timeout: 60_000 }, async () => {
    await seedDemoMachines(rt, { organizationId: await givenOrganization(rt) }, 3);
    const options = { server: address, stateFolder: join(folder, "fleet"), log: { info() {}, warn() {} }, speed: 20 };
    const fleet = await startSimulatedFleet({ ...options, claims: await demoClaims(rt) });
    expect(fleet.count).toBe(3);
    const ids = (await demoClaims(rt)).map((one) => one.machineId);
    for (const id of ids) await online(id, "online");
    await fleet.stop();
    for (const id of ids) await online(id, "offline");
    const claims = await rt.db.prisma.claimToken.count();
    const again = await startSimulatedFleet({ ...options, claims: await demoClaims(rt) });
    for (const id of ids) await online(id, "online");
    expect(await rt.db.prisma.claimToken.count()).toBe(claims);
    await again.stop();
  });
});
