import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "node:net";

/** Where libvirt keeps what it knows: a daemon that is to know something else sees its own folders there. */
const OWN_FOLDERS = ["/run/libvirt", "/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt", "/etc/libvirt"];
const STARTS_WITHIN_MS = 20_000;

export interface TestDaemon {
  uri: string;
  close(): Promise<void>;
}

/** A libvirtd of its own beside the computer's, in a mount namespace, as if it were another host. Only root can start one. */
export async function startTestDaemon(): Promise<TestDaemon> {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-libvirtd-"));
  chmodSync(folder, 0o755);
  const own = OWN_FOLDERS.map((name) => join(folder, name.replaceAll("/", "_")));
  const sockets = join(folder, "sockets");
  for (const each of [...own, sockets]) mkdirSync(each);
  const etc = join(folder, "_etc_libvirt");
  mkdirSync(join(etc, "qemu"));
  writeFileSync(
    join(etc, "libvirtd.conf"),
    [`unix_sock_dir = "${sockets}"`, 'auth_unix_rw = "none"', `host_uuid = "${randomUUID()}"`, 'log_outputs = "3:stderr"', ""].join("\n"),
  );
  // Without cgroups: the other daemon's VM of the same name would have the same.
  writeFileSync(
    join(etc, "qemu.conf"),
    ['stdio_handler = "file"', "cgroup_controllers = []", 'security_driver = "none"', "migration_port_min = 49300", "migration_port_max = 49400", "remote_display_port_min = 6100", "remote_display_port_max = 6200", ""].join("\n"),
  );
  const script = join(folder, "start.sh");
  const mounts = OWN_FOLDERS.map((name, index) => `mkdir -p ${name} && mount --bind ${own[index]} ${name} || exit 1`);
  writeFileSync(script, ["#!/bin/sh", ...mounts, `exec /usr/sbin/libvirtd --config /etc/libvirt/libvirtd.conf --pid-file ${join(folder, "pid")}`, ""].join("\n"), { mode: 0o755 });
  // It ends with the tests, even when these are killed.
  const child = spawn("/usr/bin/setpriv", ["--pdeathsig", "TERM", "/usr/bin/unshare", "--mount", "--propagation", "private", script], { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  const ended = new Promise<void>((resolve) => child.on("error", () => resolve()).on("exit", () => resolve()));
  const socket = join(sockets, "libvirt-sock");
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const giveUpAt = Date.now() + STARTS_WITHIN_MS;
  while (!(await answers(socket))) {
    if (child.exitCode !== null || Date.now() > giveUpAt) {
      await close();
      throw new Error(`a second libvirtd did not start: ${log}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return { uri: `qemu+unix:///system?socket=${socket}`, close };
}

function answers(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once("error", () => resolve(false)).once("connect", () => {
      connection.destroy();
      resolve(true);
    });
  });
}
