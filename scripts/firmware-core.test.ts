import { execFileSync, spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimAnswer, claimRequest, COMMAND_ARGS, commandMessage, configMessage, MAX_PAYLOAD_BYTES, otaMessage, UP_MESSAGES, UP_TOPICS } from "#shared/machines/device.ts";

/** The firmware's protocol core (firmware/core, C) on this computer: its own tests under the sanitizers, and the same messages as the server's schemas. */
const CORE = "firmware/core";
const FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", `-I${CORE}/include`];
const COMPILER = "gcc";
const hasCompiler = spawnSync(COMPILER, ["--version"]).status === 0;
if (!hasCompiler) process.stderr.write("The firmware's core is not tested: there is no gcc here.\n");

let folder: string;

function build(name: string, ...tests: string[]): string {
  const program = join(folder, name);
  execFileSync(COMPILER, [...FLAGS, ...globSync(`${CORE}/src/*.c`), ...tests, "-lm", "-o", program], { stdio: ["ignore", "inherit", "inherit"] });
  return program;
}

/** What a message is for the server: as the core prints what it read. undefined: the server takes it not. */
const SERVER: Record<string, (message: unknown) => unknown> = {
  cmd(message) {
    const parsed = commandMessage.safeParse(message);
    const args = parsed.success ? COMMAND_ARGS[parsed.data.type].safeParse(parsed.data.args) : null;
    if (!parsed.success || !args?.success) return undefined;
    const { id, type, exp, ts } = parsed.data;
    return { id, type, exp, ts, args: args.data };
  },
  cfg(message) {
    const { v: _v, ...config } = configMessage.safeParse(message).data ?? {};
    return "version" in config ? config : undefined;
  },
  ota(message) {
    const { v: _v, ...job } = otaMessage.safeParse(message).data ?? {};
    return "job" in job ? job : undefined;
  },
  claim(message) {
    const parsed = claimAnswer.safeParse(message);
    if (!parsed.success) return undefined;
    const { machine_id, mqtt, config, server_time, firmware_key = null } = parsed.data;
    const slots = config.slots.map(({ slot, capacity, count, filled }) => ({ slot, capacity, count, filled }));
    return { machine_id, mqtt, firmware_key, server_time: Date.parse(server_time), version: config.version, heartbeat_seconds: config.heartbeat_seconds, slots };
  },
};

const FIXTURES = readdirSync(`${CORE}/fixtures/down`).flatMap((kind) => readdirSync(`${CORE}/fixtures/down/${kind}`).map((file) => [kind, file] as const));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe.skipIf(!hasCompiler)("the firmware's core", () => {
  let tool: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "switchyard-core-"));
    tool = build("tool", `${CORE}/test/tool.c`);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("passes its own tests under the sanitizers", { timeout: 120_000 }, () => {
    const tests = build("core", `${CORE}/test/main.c`, ...globSync(`${CORE}/test/test_*.c`));
    const { status, stdout, stderr } = spawnSync(tests, { encoding: "utf8" });
    expect([status, stderr, stdout.endsWith(", 0 failures\n") ? "" : stdout]).toEqual([0, "", ""]);
  });

  it.each(FIXTURES)("reads %s/%s as the server means it", (kind, file) => {
    const path = `${CORE}/fixtures/down/${kind}/${file}`;
    const meant = SERVER[kind]?.(parse(readFileSync(path, "utf8")));
    const { status, stdout, stderr } = spawnSync(tool, ["read", kind, path], { encoding: "utf8" });
    expect(stderr).toBe("");
    // "refused": the server could say it, and a device does not take it.
    expect(meant !== undefined).toBe(!file.startsWith("invalid"));
    expect(status).toBe(file.startsWith("valid") ? 0 : 2);
    if (status === 0) expect(JSON.parse(stdout)).toEqual(meant);
  });

  it("says what the server understands, in each kind of message", () => {
    const { status, stdout, stderr } = spawnSync(tool, ["write"], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(readFileSync(`${CORE}/fixtures/up.txt`, "utf8"));
    const topics = new Set<string>();
    for (const line of stdout.trimEnd().split("\n")) {
      const [topic = "", text = ""] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
      topics.add(topic);
      const schema = topic === "claim" ? claimRequest : UP_MESSAGES[topic as keyof typeof UP_MESSAGES];
      // Nothing in it that the schema would drop: the core speaks this version of the protocol.
      expect(schema.parse(JSON.parse(text)), line).toEqual(JSON.parse(text));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    }
    expect([...topics].sort()).toEqual([...UP_TOPICS, "claim"].sort());
  });
});
