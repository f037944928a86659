import type { GuestFacts } from "./facts.ts";
import type { Color } from "./text-screen.ts";

/** What a command leads to, besides the lines that it writes. */
export type Effect = "clear" | "logout" | "reboot";
export interface Answer {
  lines: readonly (readonly [text: string, color?: Color])[];
  effect?: Effect;
}

interface Command {
  help: string;
  run(facts: GuestFacts, words: readonly string[], user: string, now: number): Answer;
}

const say = (...lines: string[]): Answer => ({ lines: lines.map((line) => [line]) });

const COMMANDS: Record<string, Command> = {
  help: {
    help: "what can be typed here",
    run: () => ({
      lines: [
        ["This shell is simulated; it knows these words:", "warning"],
        ...Object.entries(COMMANDS).map(([name, { help }]) => [`  ${name.padEnd(10)} ${help}`] as const),
      ],
    }),
  },
  echo: { help: "says it again", run: (_facts, words) => say(words.join(" ")) },
  hostname: { help: "this machine's name", run: (facts) => say(facts.hostname) },
  whoami: { help: "who is signed in", run: (_facts, _words, user) => say(user) },
  uname: { help: "the kernel", run: (facts, words) => say(words.includes("-a") ? `Linux ${facts.hostname} ${facts.kernel} #1 SMP x86_64 GNU/Linux (simulated)` : "Linux") },
  uptime: { help: "since when it runs", run: (facts, _words, _user, now) => say(` up ${duration(now - facts.bootedAt)},  1 user`) },
  date: { help: "the time, UTC", run: (_facts, _words, _user, now) => say(new Date(now).toUTCString()) },
  nproc: { help: "how many processors it has", run: (facts) => say(String(facts.vcpu)) },
  free: {
    help: "its memory",
    run: ({ memoryMb }) => say("               total        used        free", `Mem:   ${[memoryMb, Math.round(memoryMb * 0.21), Math.round(memoryMb * 0.79)].map((mb) => `${mb} MB`.padStart(12)).join("")}`),
  },
  df: { help: "its disk", run: ({ storageGb }) => say("Filesystem      Size  Used Avail Use% Mounted on", `/dev/vda1  ${`${storageGb}G`.padStart(9)}  1.4G ${`${Math.max(0, storageGb - 1)}G`.padStart(5)}   ${Math.ceil(140 / storageGb)}% /`) },
  ip: { help: "its address", run: ({ address, mac }) => say("2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP", `    link/ether ${mac}`, `    inet ${address}`) },
  clear: { help: "an empty screen", run: () => ({ lines: [], effect: "clear" }) },
  reboot: { help: "starts the machine anew", run: () => ({ lines: [["The system will reboot now."]], effect: "reboot" }) },
  exit: { help: "signs out", run: () => ({ lines: [], effect: "logout" }) },
};

/** Runs a line that somebody has typed. */
export function runCommand(facts: GuestFacts, line: string, user: string, now: number): Answer {
  const [word, ...words] = line.trim().split(/\s+/);
  if (!word) return { lines: [] };
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : word === "logout" ? COMMANDS["exit"] : undefined;
  return command ? command.run(facts, words, user, now) : { lines: [[`-sh: ${word}: command not found (try "help")`, "bad"]] };
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24];
  return `${days > 0 ? `${days} days, ` : ""}${hours}:${String(minutes % 60).padStart(2, "0")}`;
}
