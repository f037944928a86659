import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { randomToken } from "#server/infra/crypto.ts";
import type { CallOptions, ConsoleConnection } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type LibvirtHost, writeSshConfig } from "./connection.ts";
import { machine, readDomain } from "./machine.ts";
import { changing, reading, type Session } from "./session.ts";
import { all, first, writeXml, type XmlElement } from "./xml.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** Long enough to type it in, too short to find it in a log. */
const PASSWORD_LIVES_MS = 60_000;

/** Where a screen is, as its host sees it. */
type Screen = { socket: string } | { address: string; port: number };

/** The screen of a running VM, with a password that is new each time where it has one at all. */
export async function openConsole(session: Session, ref: string, call: CallOptions): Promise<ConsoleConnection> {
  const vm = await machine(session, ref, call);
  if (vm.power === "stopped") throw new DriverError("refused", "the VM does not run");
  const domain = readDomain(await session.virsh.run(["dumpxml", "--domain", vm.address, "--security-info"], reading(call)));
  const graphics = domain && all(domain, "devices", "graphics").find((each) => each.attributes["type"] === "vnc");
  if (!graphics) throw new DriverError("refused", "the VM has no screen by VNC");
  const password = graphics.attributes["passwd"] === undefined ? null : randomToken(6).slice(0, 8);
  if (password !== null) {
    const until = new Date(Date.now() + PASSWORD_LIVES_MS).toISOString().slice(0, 19);
    const changed = { ...graphics, attributes: { ...graphics.attributes, passwd: password, passwdValidTo: until, connected: "keep" } };
    await session.virsh.run(["update-device", "--domain", vm.address, "--file", { file: writeXml(changed) }, "--live"], changing(call));
  }
  return { stream: await connect(session.host, screenOf(graphics), call), password };
}

function screenOf(graphics: XmlElement): Screen {
  const listen = first(graphics, "listen")?.attributes ?? {};
  const socket = listen["socket"] ?? graphics.attributes["socket"];
  if (socket) return { socket };
  const port = Number(graphics.attributes["port"]);
  if (!Number.isInteger(port) || port <= 0) throw new DriverError("unavailable", "the VM's screen has no port yet");
  return { address: listen["address"] ?? graphics.attributes["listen"] ?? "127.0.0.1", port };
}

async function connect(host: LibvirtHost, screen: Screen, call: CallOptions): Promise<Duplex> {
  const uri = new URL(host.endpoint);
  const transport = uri.protocol.split("+")[1];
  if (transport === "ssh:") return overSsh(host, uri, screen);
  if (uri.hostname === "") return directly("socket" in screen ? { path: screen.socket } : { host: reachable(screen.address, "127.0.0.1"), port: screen.port }, call);
  if ("socket" in screen || isLocal(screen.address)) throw new DriverError("refused", "the VM's screen can be reached on its host alone; connect the host by qemu+ssh");
  return directly({ host: reachable(screen.address, uri.hostname), port: screen.port }, call);
}

function isLocal(address: string): boolean {
  return address === "::1" || address.startsWith("127.") || address === "localhost";
}

/** Who listens everywhere is found at the host's own name. */
function reachable(address: string, host: string): string {
  return address === "0.0.0.0" || address === "::" ? host : address;
}

function directly(to: { path: string } | { host: string; port: number }, call: CallOptions): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ ...to, noDelay: true });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(new DriverError("unavailable", `the VM's screen does not answer: ${error.message}`, error));
    };
    const timer = setTimeout(() => fail(new Error("no answer in time")), CONNECT_TIMEOUT_MS);
    const abort = (): void => fail(call.signal.reason as Error);
    call.signal.addEventListener("abort", abort, { once: true });
    socket.once("error", fail);
    socket.once("close", () => clearTimeout(timer));
    socket.once("connect", () => {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", abort);
      socket.removeListener("error", fail);
      resolve(socket);
    });
  });
}

/** OpenSSH carries the bytes: its server connects to the screen. */
async function overSsh(host: LibvirtHost, uri: URL, screen: Screen): Promise<Duplex> {
  if ("socket" in screen) throw new DriverError("refused", "the VM's screen is a socket of its host, which ssh does not reach; let it listen on 127.0.0.1");
  const folder = await mkdtemp(join(tmpdir(), "switchyard-libvirt-"));
  const config = await writeSshConfig(folder, host.credentials);
  const login = uri.username === "" ? [] : ["-l", decodeURIComponent(uri.username)];
  const port = uri.port === "" ? [] : ["-p", uri.port];
  const target = reachable(screen.address, "127.0.0.1");
  const child = spawn("ssh", ["-F", config, ...login, ...port, "-W", `${target.includes(":") ? `[${target}]` : target}:${screen.port}`, "--", uri.hostname.replaceAll(/[[\]]/g, "")], { stdio: ["pipe", "pipe", "ignore"] });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  const end = (): void => void rm(folder, { recursive: true, force: true }).catch(() => {});
  child.once("error", (error) => stream.destroy(error));
  child.once("close", () => {
    end();
    stream.destroy();
  });
  stream.once("close", () => child.kill("SIGKILL"));
  return stream;
}
