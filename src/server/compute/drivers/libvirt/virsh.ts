import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DriverError } from "../errors.ts";
import { connectionUri, inPrivateFolder, type LibvirtHost } from "./connection.ts";
import { virshError } from "./virsh-errors.ts";

const TIMEOUT_MS = 30_000;
const MOST_OUTPUT_BYTES = 64 * 1_048_576;
const MOST_ERROR_BYTES = 4 * 1_048_576;
/** Linux takes no longer argument than 128 KiB. */
const MOST_BATCH_BYTES = 100_000;
/** Nothing of the account's own: libvirt's words in English, programs from the system's folders. */
// Next demands NODE_ENV of every environment; other programs do not know it.
const ENVIRONMENT = { LC_ALL: "C", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" } as unknown as NodeJS.ProcessEnv;

/** What a command is given in a file: XML, an image. */
export interface FileArgument {
  file: string | Buffer;
}

/** The URI of another host, as virsh reaches it from here. */
export interface PeerArgument {
  peer: Pick<LibvirtHost, "endpoint" | "credentials">;
}

export type VirshArgument = string | FileArgument | PeerArgument;

/** Commands one after another, and what is printed after each. */
interface ScriptArgument {
  script: readonly (readonly VirshArgument[])[];
  mark: string;
}

export interface VirshOptions {
  signal: AbortSignal;
  /** whether it changes anything: then a lost connection leaves the outcome open */
  changes?: boolean;
  timeoutMs?: number;
  /** errors of single questions that are an answer too: those leave its place empty */
  tolerate?: RegExp;
}

/** Runs virsh: an argument array, never a shell; every call ends in time, with all that it started. */
export interface Virsh {
  /** One command. @returns what it printed. @throws DriverError */
  run(args: readonly VirshArgument[], options: VirshOptions): Promise<string>;
  /** Several commands in one process, all of them whatever becomes of the others. @returns what each printed; empty where one failed as `tolerate` allows. @throws DriverError for any other failure */
  ask(commands: readonly (readonly VirshArgument[])[], options: VirshOptions): Promise<string[]>;
  /** One command that writes a file and ends with the option that names it. @returns what is in the file. @throws DriverError */
  fetch(command: readonly string[], options: VirshOptions): Promise<Buffer>;
  /** One command whose words nobody else on this computer may see. */
  runSecretly(command: readonly string[], options: VirshOptions): Promise<void>;
}

export function createVirsh(host: Pick<LibvirtHost, "endpoint" | "credentials">, program = "virsh"): Virsh {
  const execute = (args: readonly (VirshArgument | ScriptArgument)[], options: VirshOptions, input: string | null): Promise<Outcome> =>
    inPrivateFolder(async (folder) => {
      const uri = await connectionUri(host, folder);
      const words: string[] = [];
      for (const arg of args) words.push(typeof arg === "object" && "script" in arg ? await scriptOf(folder, arg) : await wordOf(folder, `${words.length}`, arg));
      return collect(program, ["--quiet", "--connect", uri, ...words], folder, options, input);
    });
  return {
    async run(args, options) {
      const { code, output, errors } = await execute(args, options, null);
      if (code !== 0) throw virshError(errors || output, options.changes ?? false);
      return output;
    },

    async ask(commands, options) {
      const answers: string[] = [];
      for (const batch of batchesOf(commands)) {
        const mark = `=${randomBytes(12).toString("hex")}=`;
        const { output, errors } = await execute([{ script: batch, mark }], options, null);
        const parts = output.split(new RegExp(`${mark}\\n?`));
        // Without a connection not even echo works.
        const severe = errors.split("\n").some((line) => line.startsWith("error:") && !options.tolerate?.test(line));
        if (parts.length <= batch.length || severe) throw virshError(errors || output, options.changes ?? false);
        answers.push(...parts.slice(0, batch.length));
      }
      return answers;
    },

    fetch: (command, options) =>
      inPrivateFolder(async (folder) => {
        const file = join(folder, "fetched");
        const { code, output, errors } = await execute([...command, file], options, null);
        if (code !== 0) throw virshError(errors || output, options.changes ?? false);
        return readFile(file);
      }),

    async runSecretly(command, options) {
      const { code, errors } = await execute([], options, `${command.map(quoted).join(" ")}\nquit\n`);
      // As an interpreter of lines virsh ends well whatever happened.
      if (code !== 0 || /^error:/m.test(errors)) throw virshError(errors, options.changes ?? true);
    },
  };
}

async function wordOf(folder: string, place: string, arg: VirshArgument): Promise<string> {
  if (typeof arg === "string") return arg;
  return "file" in arg ? fileOf(folder, place, arg.file) : peerUri(folder, arg.peer);
}

async function scriptOf(folder: string, { script, mark }: ScriptArgument): Promise<string> {
  const commands: string[] = [];
  for (const [number, command] of script.entries()) {
    const words: string[] = [];
    for (const arg of command) words.push(quoted(await wordOf(folder, `${number}-${words.length}`, arg)));
    commands.push(`${words.join(" ")}; echo ${mark}`);
  }
  return commands.join("; ");
}

async function fileOf(folder: string, place: string, content: string | Buffer): Promise<string> {
  const path = join(folder, `argument-${place}`);
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

async function peerUri(folder: string, peer: PeerArgument["peer"]): Promise<string> {
  const own = join(folder, "peer");
  await mkdir(own, { mode: 0o700 });
  return connectionUri(peer, own);
}

/** As virsh's own reader of lines takes it: nothing inside single quotes means anything. */
function quoted(word: string): string {
  if (/[\0\n\r]/.test(word)) throw new DriverError("refused", "a name has line breaks in it");
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A file or another host's URI is a word too, of about this length. */
const OTHER_WORD = "a".repeat(200);

function batchesOf(commands: readonly (readonly VirshArgument[])[]): (readonly VirshArgument[])[][] {
  const batches: (readonly VirshArgument[])[][] = [];
  let room = 0;
  for (const command of commands) {
    const bytes = Buffer.byteLength(command.map((arg) => (typeof arg === "string" ? arg : OTHER_WORD)).join("   ")) + 60;
    if (room < bytes) {
      batches.push([]);
      room = MOST_BATCH_BYTES;
    }
    batches.at(-1)?.push(command);
    room -= bytes;
  }
  return batches;
}

interface Outcome {
  code: number;
  output: string;
  errors: string;
}

async function collect(program: string, args: readonly string[], folder: string, options: VirshOptions, input: string | null): Promise<Outcome> {
  options.signal.throwIfAborted();
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  // A process group of its own: ssh ends with virsh.
  const child = spawn(program, args, { cwd: folder, env: { ...ENVIRONMENT, HOME: folder }, detached: true, stdio: [input === null ? "ignore" : "pipe", "pipe", "pipe"] });
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {});
  const stop = (reason: Error): void => {
    killGroup(child);
    stopped.reject(reason);
  };
  const seconds = Math.round(timeoutMs / 1_000);
  const timer = setTimeout(() => stop(new DriverError(options.changes ? "unknown" : "unavailable", `libvirt did not answer within ${seconds} s`)), timeoutMs);
  const abort = (): void => stop(options.signal.reason as Error);
  options.signal.addEventListener("abort", abort, { once: true });
  const tooMuch = (): void => stop(new DriverError(options.changes ? "unknown" : "unavailable", "libvirt answered more than can be right"));
  const output = gather(child.stdout, MOST_OUTPUT_BYTES, tooMuch);
  const errors = gather(child.stderr, MOST_ERROR_BYTES, tooMuch);
  try {
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    const code = await Promise.race([exitCode(child, program), stopped.promise]);
    return { code, output: output(), errors: errors() };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", abort);
  }
}

function exitCode(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new DriverError("refused", `${program} does not start here (Debian's package libvirt-clients has it): ${error.message}`, error)));
    child.on("close", (code) => resolve(code ?? 1));
  });
}

function gather(stream: NodeJS.ReadableStream | null, most: number, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) tooMuch();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}
