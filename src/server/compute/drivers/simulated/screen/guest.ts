import { sha512Crypt } from "../../../sha512-crypt.ts";
import { bootLog } from "./boot-log.ts";
import type { GuestFacts } from "./facts.ts";
import { createKeyboard } from "./keyboard.ts";
import { runCommand } from "./shell.ts";
import type { TextScreen } from "./text-screen.ts";

const MAX_LINE = 200;
const MAX_HISTORY = 50;
/** Nobody needs a password to look around. */
const VISITOR = "guest";

/** The guest that is played on a simulated machine's screen: it boots, asks who is there, and knows a few commands. */
export interface SimulatedGuest {
  /** Takes a new look at itself: a new boot begins the screen anew. */
  look(facts: GuestFacts, now: number): void;
  key(keysym: number, down: boolean): void;
}

export function createSimulatedGuest(screen: TextScreen, reboot: () => void, clock: () => number = Date.now): SimulatedGuest {
  const press = createKeyboard();
  let facts: GuestFacts | null = null;
  let mode: "boot" | "login" | "password" | "shell" = "boot";
  let shown = 0;
  let user = "";
  let line = "";
  let history: string[] = [];
  let recalled = 0;

  const prompt = (): void => {
    line = "";
    if (!facts) return;
    if (mode === "login") screen.write(`${facts.hostname} login: `);
    else if (mode === "password") screen.write("Password: ");
    else if (mode === "shell") {
      screen.write(`${user}@${facts.hostname}`, "good");
      screen.write(":");
      screen.write("~", "accent");
      screen.write("$ ");
    }
  };
  const welcome = ({ system, hostname, user: account }: GuestFacts): void => {
    screen.write("\nSIMULATED MACHINE. ", "warning");
    screen.write("Its hypervisor is played by Switchyard: there is no real guest behind this.\n", "dim");
    screen.write(`Sign in as "${account}" with the password that was shown when it was made, or as\n"${VISITOR}" without one.\n`, "dim");
    screen.write(`\n${system} ${hostname} tty1\n\n`);
    mode = "login";
    prompt();
  };
  const replaceLine = (text: string): void => {
    for (let n = 0; n < line.length; n += 1) screen.backspace();
    line = text;
    screen.write(text);
  };
  const signOut = (): void => {
    screen.clear();
    user = "";
    history = [];
    if (facts) screen.write(`${facts.system} ${facts.hostname} tty1\n\n`);
    mode = "login";
    prompt();
  };
  const signedIn = (name: string): void => {
    user = name;
    mode = "shell";
    screen.write(`\nWelcome to ${facts?.system}, simulated. Type "help" for what it can do.\n\n`);
    prompt();
  };
  const knows = (password: string): boolean => {
    const hash = facts?.passwordHash;
    return user === facts?.user && hash != null && crypt(password, hash) === hash;
  };
  const enter = (): void => {
    screen.write("\n");
    const typed = line;
    if (mode === "login") {
      user = typed.trim();
      if (user === VISITOR) return signedIn(VISITOR);
      if (user !== "") mode = "password";
      return prompt();
    }
    if (mode === "password") {
      if (knows(typed)) return signedIn(user);
      screen.write("\nLogin incorrect\n\n", "bad");
      mode = "login";
      return prompt();
    }
    if (!facts) return;
    if (typed.trim() !== "") history = [...history, typed].slice(-MAX_HISTORY);
    recalled = history.length;
    const { lines, effect } = runCommand(facts, typed, user, clock());
    for (const [text, color] of lines) screen.write(`${text}\n`, color);
    if (effect === "clear") screen.clear();
    if (effect === "logout") return signOut();
    if (effect === "reboot") {
      mode = "boot";
      return reboot();
    }
    prompt();
  };

  return {
    look(next, now) {
      if (facts?.bootedAt !== next.bootedAt) {
        screen.clear();
        [mode, shown, user, line, history] = ["boot", 0, "", "", []];
      }
      facts = next;
      if (mode !== "boot") return;
      const part = next.upAt <= next.bootedAt ? 1 : (now - next.bootedAt) / (next.upAt - next.bootedAt);
      const lines = bootLog(next);
      for (const { spans } of lines.slice(shown).filter(({ at }) => at <= part)) {
        for (const [text, color] of spans) screen.write(text, color);
        screen.write("\n");
        shown += 1;
      }
      if (part >= 1 && shown === lines.length) {
        shown += 1;
        welcome(next);
      }
    },
    key(keysym, down) {
      const key = press(keysym, down);
      if (key === null) return;
      if (key === "attention") {
        screen.write("\nCtrl-Alt-Del: rebooting.\n", "warning");
        mode = "boot";
        return reboot();
      }
      if (mode === "boot") return;
      if (typeof key === "object") {
        if (line.length >= MAX_LINE) return;
        line += key.character;
        if (mode !== "password") screen.write(key.character);
      } else if (key === "enter") enter();
      else if (key === "backspace") {
        if (line === "") return;
        line = line.slice(0, -1);
        if (mode !== "password") screen.backspace();
      } else if (key === "interrupt") {
        screen.write("^C\n");
        if (mode === "password") mode = "login";
        prompt();
      } else if (key === "erase") replaceLine("");
      else if (key === "redraw") {
        screen.clear();
        prompt();
      } else if (key === "end") {
        if (mode === "shell" && line === "") signOut();
      } else if (mode === "shell") {
        recalled = Math.min(history.length, Math.max(0, recalled + (key === "up" ? -1 : 1)));
        replaceLine(history[recalled] ?? "");
      }
    },
  };
}

/** The password's SHA-512-crypt with the salt and rounds of `hash`; null when that is of another kind. */
function crypt(password: string, hash: string): string | null {
  const parts = /^\$6\$(?:rounds=(\d{4,6})\$)?([^$]{1,16})\$/.exec(hash);
  return parts?.[2] === undefined ? null : sha512Crypt(password, parts[2], parts[1] === undefined ? undefined : Number(parts[1]));
}
