import { randomBytes } from "node:crypto";
import { type Duplex, duplexPair } from "node:stream";
import type { ConsoleConnection } from "../../driver.ts";
import { DriverError } from "../../errors.ts";
import type { SimulatedHost } from "../simulated-host.ts";
import { factsOf } from "./facts.ts";
import { createSimulatedGuest } from "./guest.ts";
import { serveScreen } from "./rfb-server.ts";
import { createTextScreen, type TextScreen } from "./text-screen.ts";

const LOOK_MS = 100;
/** A screen that nobody has looked at for so long is forgotten: what was typed there is gone. */
const FORGET_MS = 30 * 60_000;

interface LiveScreen {
  screen: TextScreen;
  connections: Set<Duplex>;
  onKey(keysym: number, down: boolean): void;
  look(): void;
  watching: NodeJS.Timeout | null;
  forgetting: NodeJS.Timeout | null;
}

/** Screens live in the process that shows them, one for each machine, by its folder. */
const screens = new Map<string, LiveScreen>();

/** Connects to the screen of a machine that runs. @throws DriverError not_found, refused when it does not run */
export function openSimulatedScreen(host: SimulatedHost, ref: string, reboot: () => Promise<void>): ConsoleConnection {
  const machine = host.there(host.look(ref).machine, ref);
  if (machine.power !== "running") throw new DriverError("refused", "a VM that does not run has no screen");
  const key = `${host.folder}/${ref}`;
  const live = screens.get(key) ?? createLiveScreen(host, ref, key, reboot);
  screens.set(key, live);
  if (live.forgetting) clearTimeout(live.forgetting);
  live.forgetting = null;
  live.look();

  const [inside, outside] = duplexPair();
  const password = randomBytes(4).toString("hex");
  live.connections.add(inside);
  live.watching ??= setInterval(live.look, LOOK_MS).unref();
  // Either end ends the other: a cable with two plugs.
  inside.once("close", () => outside.destroy());
  outside.once("close", () => inside.destroy());
  const left = (): void => {
    inside.destroy();
    live.connections.delete(inside);
    if (live.connections.size > 0) return;
    if (live.watching) clearInterval(live.watching);
    live.watching = null;
    live.forgetting ??= setTimeout(() => screens.delete(key), FORGET_MS).unref();
  };
  // How a client leaves, by breaking the protocol too, is all the same to a screen.
  serveScreen(inside, live.screen, { name: machine.guest?.hostname ?? ref, password, onKey: live.onKey }).then(left, left);
  return { stream: outside, password };
}

function createLiveScreen(host: SimulatedHost, ref: string, key: string, reboot: () => Promise<void>): LiveScreen {
  const screen = createTextScreen();
  let frozen = false;
  // A reboot that fails leaves a machine that runs on, or one whose end `look` sees.
  const guest = createSimulatedGuest(screen, () => void reboot().catch(() => {}));
  const live: LiveScreen = {
    screen,
    connections: new Set(),
    watching: null,
    forgetting: null,
    onKey(keysym, down) {
      // Its password may have been changed a moment ago.
      live.look();
      if (!frozen) guest.key(keysym, down);
    },
    look() {
      const { machine } = host.look(ref);
      if (!machine || machine.power === "stopped") {
        screens.delete(key);
        for (const connection of live.connections) connection.destroy();
        return;
      }
      frozen = machine.power === "suspended";
      if (!frozen) guest.look(factsOf(machine), Date.now());
    },
  };
  return live;
}
