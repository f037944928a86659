import { execFileSync, type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { connectRfbClient } from "../../rfb/testing/rfb-client.ts";
import { type CallOptions, type Driver, hypervisorRef } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { createLibvirtDriver } from "./libvirt-driver.ts";
import { HARDWARE, type LibvirtHypervisor, startLibvirtHypervisor } from "./testing/hypervisor.ts";

const SSHD = "/usr/sbin/sshd";
const TIMEOUT_MS = 120_000;

/** A host over qemu+ssh: this computer, by an sshd of the test's own. */
describe.runIf(existsSync(SSHD) && process.getuid?.() === 0)("qemu+ssh", { timeout: TIMEOUT_MS }, () => {
  let folder: string;
  let port: number;
  let sshd: ChildProcess;
  let hypervisor: LibvirtHypervisor | { missing: string };
  const call = (): CallOptions => ({ key: "k1", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const file = (name: string): string => readFileSync(join(folder, name), "utf8");
  const keygen = (name: string): void => void execFileSync("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
  const over = (started: LibvirtHypervisor, credentials: object): Driver => {
    const { host } = started.hosts[0];
    return createLibvirtDriver({ ...host, endpoint: `qemu+ssh://${userInfo().username}@127.0.0.1:${port}/system`, credentials }, { log: pino({ level: "silent" }) });
  };
  const knownAs = (name: string): string => `[127.0.0.1]:${port} ${file(`${name}.pub`)}`;
  const failure = async (work: Promise<unknown>): Promise<DriverError> => {
    const error = await work.then(() => null, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(DriverError);
    return error as DriverError;
  };

  beforeAll(async () => {
    hypervisor = await startLibvirtHypervisor();
    folder = mkdtempSync(join(tmpdir(), "switchyard-sshd-"));
    for (const name of ["host", "client", "other"]) keygen(name);
    port = await freePort();
    mkdirSync("/run/sshd", { recursive: true });
    writeFileSync(join(folder, "authorized"), file("client.pub"), { mode: 0o600 });
    const config = [`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${join(folder, "host")}`, `AuthorizedKeysFile ${join(folder, "authorized")}`, "StrictModes no", "PermitRootLogin prohibit-password", "PasswordAuthentication no", "UsePAM no", `PidFile ${join(folder, "pid")}`];
    writeFileSync(join(folder, "config"), `${config.join("\n")}\n`);
    sshd = spawn(SSHD, ["-D", "-f", join(folder, "config")], { stdio: "ignore" });
    while (!(await answers(port)) && sshd.exitCode === null) await new Promise((done) => setTimeout(done, 50));
  }, TIMEOUT_MS);
  afterAll(async () => {
    sshd.kill();
    rmSync(folder, { recursive: true, force: true });
    if (!("missing" in hypervisor)) await hypervisor.close();
  }, TIMEOUT_MS);

  it("makes a VM and opens its screen, with the key and the host that it was given", async ({ skip }) => {
    if ("missing" in hypervisor) return skip(hypervisor.missing);
    const driver = over(hypervisor, { privateKey: file("client"), knownHosts: knownAs("host") });
    expect((await driver.probe(call())).vcpu).toBeGreaterThan(0);
    const ref = hypervisorRef(newId("vm"));
    try {
      await driver.create(ref, HARDWARE, call());
      await driver.start(ref, call());
      const client = await connectRfbClient(await driver.openConsole(ref, call()));
      await client.update({ incremental: false });
      expect(client.width).toBeGreaterThan(0);
      client.close();
    } finally {
      await driver.destroy(ref, call());
    }
  });

  it("refuses a host with another key, and says what ssh says of a key that is not let in", async ({ skip }) => {
    if ("missing" in hypervisor) return skip(hypervisor.missing);
    const stranger = await failure(over(hypervisor, { privateKey: file("client"), knownHosts: knownAs("other") }).probe(call()));
    expect(stranger).toMatchObject({ failure: "refused", message: expect.stringMatching(/host key verification failed/i) });
    const uninvited = await failure(over(hypervisor, { privateKey: file("other"), knownHosts: knownAs("host") }).probe(call()));
    expect(uninvited).toMatchObject({ failure: "refused", message: expect.stringMatching(/permission denied/i) });
    for (const { message } of [stranger, uninvited]) expect(message).not.toContain("PRIVATE KEY");
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false)).once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
