import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DriverError } from "../errors.ts";
import type { LibvirtCredentials } from "./libvirt-settings.ts";
import { createVirsh, type Virsh } from "./virsh.ts";

/** Programs in virsh's place: what a command is started with, and what becomes of what it prints. */
let folder: string;
let server: Server | null = null;
const options = { signal: new AbortController().signal };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-virsh-test-"));
});
afterEach(() => {
  server?.close();
  server = null;
  rmSync(folder, { recursive: true, force: true });
});

function standIn(script: string, endpoint = "qemu:///system", credentials: LibvirtCredentials = {}): Virsh {
  const program = join(folder, "virsh");
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return createVirsh({ endpoint, credentials }, program);
}

async function failure(work: Promise<unknown>): Promise<DriverError> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DriverError);
  return error as DriverError;
}

describe("virsh", () => {
  const nasty = `a b; touch ${"$"}(whoami) \`id\` && 'x' "y" \\ | > <`;

  it("is given words as they are, and no shell reads them", async () => {
    const virsh = standIn(`printf '%s\\n' "$@"`);
    const printed = await virsh.run(["domstate", "--domain", nasty], options);
    expect(printed.split("\n").slice(0, -1)).toEqual(["--quiet", "--connect", "qemu:///system", "domstate", "--domain", nasty]);
    expect(readdirSync(folder)).toEqual(["virsh"]);
  });

  it("speaks English and has nothing of our environment", async () => {
    const virsh = standIn("env");
    const names = (await virsh.run(["list"], options)).split("\n").map((line) => line.split("=")[0]);
    expect(names).toEqual(expect.arrayContaining(["LC_ALL", "PATH", "HOME"]));
    expect(names).not.toContain("DATABASE_URL");
    expect(names).not.toContain("TMPDIR");
  });

  it("is given files that only we can read, gone afterwards", async () => {
    const virsh = standIn(`eval "file=\\\${$#}"; ls -l "$file"; cat "$file"; echo "$file" > ${"$"}(dirname "$0")/where`);
    const printed = await virsh.run(["define", "--file", { file: "<domain/>" }], options);
    expect(printed).toMatch(/^-rw------- /);
    expect(printed).toContain("<domain/>");
    expect(existsSync(readFileSync(join(folder, "where"), "utf8").trim())).toBe(false);
  });

  it("keeps a secret off the command line", async () => {
    const virsh = standIn(`printf '%s\\n' "$@" > ${"$"}(dirname "$0")/words; cat > ${"$"}(dirname "$0")/input`);
    await virsh.runSecretly(["set-user-password", "--password", "$6$salt$ha'sh"], options);
    expect(readFileSync(join(folder, "words"), "utf8")).not.toContain("salt");
    expect(readFileSync(join(folder, "input"), "utf8")).toBe(`'set-user-password' '--password' '$6$salt$ha'\\''sh'\nquit\n`);
    expect((await failure(virsh.runSecretly(["set-user-password", "a\nb"], options))).failure).toBe("refused");
  });

  it("gives ssh its key and the hosts to trust as files, and says nothing of them", async () => {
    const virsh = standIn(`url="$3"; d="${"$"}{url##*command=}"; d="${"$"}{d%%/ssh*}"; stat -c '%a %n' "$d"/*; cat "$d/ssh_config" "$d/key" "$d/known_hosts"; echo "$url"`, "qemu+ssh://root@host.example.com/system", { privateKey: "SECRET KEY\r\n", knownHosts: "host.example.com ssh-ed25519 AAAA" });
    const printed = await virsh.run(["list"], options);
    expect(printed).toMatch(/600 \S+\/key\n/);
    expect(printed).toContain("StrictHostKeyChecking yes");
    expect(printed).toContain("IdentitiesOnly yes");
    expect(printed).toContain("SECRET KEY\n");
    const url = printed.trim().split("\n").at(-1) ?? "";
    expect(url).toMatch(/^qemu\+ssh:\/\/root@host\.example\.com\/system\?command=\/\S+\/ssh&no_tty=1$/);
    expect(existsSync(new URL(url).searchParams.get("command") ?? "")).toBe(false);
  });

  it("ends a call that hangs, with all that it started", async () => {
    const virsh = standIn(`sleep 600 & echo $! > ${"$"}(dirname "$0")/pid; wait`);
    expect((await failure(virsh.run(["list"], { ...options, timeoutMs: 500 }))).failure).toBe("unavailable");
    expect((await failure(virsh.run(["start"], { ...options, timeoutMs: 500, changes: true }))).failure).toBe("unknown");
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it("ends with its signal", async () => {
    const virsh = standIn("sleep 600");
    const abort = new AbortController();
    const work = virsh.run(["list"], { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 50);
    await expect(work).rejects.toThrow("enough");
  });

  it("ends a call that never stops talking", async () => {
    const virsh = standIn("yes");
    expect((await failure(virsh.run(["list"], options))).failure).toBe("unavailable");
  });

  it("takes no answer for an answer that is cut short", async () => {
    const virsh = standIn("echo something");
    expect((await failure(virsh.ask([["list"], ["version"]], options))).message).toContain("something");
  });

  it("says how to get virsh where it is not", async () => {
    const error = await failure(createVirsh({ endpoint: "qemu:///system", credentials: {} }, join(folder, "missing")).run(["list"], options));
    expect(error.failure).toBe("refused");
    expect(error.message).toContain("libvirt-clients");
  });

  it.runIf(existsSync("/usr/bin/virsh"))("gives up on a libvirtd that takes connections and never answers", async () => {
    const socket = join(folder, "socket");
    server = createServer(() => {});
    await new Promise<void>((resolve) => server?.listen(socket, resolve));
    const virsh = createVirsh({ endpoint: `qemu+unix:///system?socket=${socket}`, credentials: {} });
    expect((await failure(virsh.run(["list"], { ...options, timeoutMs: 700 }))).failure).toBe("unavailable");
  });

  it.runIf(existsSync("/usr/bin/virsh"))("says unavailable where nobody listens, and separates answers of one process", async () => {
    const nobody = createVirsh({ endpoint: `qemu+unix:///system?socket=${join(folder, "nobody")}`, credentials: {} });
    expect((await failure(nobody.run(["list"], options))).failure).toBe("unavailable");
    expect((await failure(nobody.ask([["list"]], { ...options, tolerate: /list/ }))).failure).toBe("unavailable");
    const test = createVirsh({ endpoint: "test:///default", credentials: {} });
    const answers = await test.ask([["echo", nasty], ["domstate", "--domain", nasty], ["domstate", "--domain", "test"]], { ...options, tolerate: /failed to get domain/ });
    expect(answers.map((answer) => answer.trim())).toEqual([nasty, "", "running"]);
    expect((await failure(test.ask([["domstate", "--domain", nasty]], options))).failure).toBe("not_found");
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
