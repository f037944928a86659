import type RFB from "@novnc/novnc";
import { CONSOLE_PATH, CONSOLE_PROTOCOL, CONSOLE_TICKET_PREFIX, consoleEndOf, type ConsoleEnd } from "#shared/compute/console-protocol.ts";
import type { KeySender } from "./type-text.ts";

export type ConsoleState =
  | { phase: "connecting" }
  | { phase: "connected"; controls: ConsoleControls }
  | { phase: "ended"; end: ConsoleEnd | "network" }
  /** no ticket was given */
  | { phase: "refused"; error: unknown };

/** What can be done with a screen besides looking at it. */
export interface ConsoleControls extends KeySender {
  /** Gives it the keyboard. */
  focus(): void;
  /** Gives the keyboard back to the page, with no key left held in the guest. */
  release(): void;
  ctrlAltDel(): void;
  /** scaled to its place, or in its own size */
  fit(fits: boolean): void;
}

/** Keys that may be held when the keyboard is taken from the screen. */
const MODIFIERS = [
  [0xffe3, "ControlLeft"],
  [0xffe4, "ControlRight"],
  [0xffe9, "AltLeft"],
  [0xffea, "AltRight"],
  [0xffe1, "ShiftLeft"],
] as const;

/**
 * Connects an element to a VM's screen, once: with a ticket, a WebSocket and noVNC, which is loaded now and not before.
 * @returns ends it; nothing is told any more
 */
export function startConsole(target: HTMLElement, ticket: () => Promise<string>, tell: (state: ConsoleState) => void): () => void {
  let over = false;
  let ws: WebSocket | null = null;
  let rfb: RFB | null = null;
  const say = (state: ConsoleState): void => {
    if (!over) tell(state);
  };

  const connect = async (): Promise<void> => {
    const [{ default: Screen }, token] = await Promise.all([import("@novnc/novnc"), ticket()]);
    if (over) return;
    const address = `${location.origin.replace(/^http/, "ws")}${CONSOLE_PATH}`;
    ws = new WebSocket(address, [CONSOLE_PROTOCOL, CONSOLE_TICKET_PREFIX + token]);
    ws.addEventListener("close", ({ code }) => say({ phase: "ended", end: consoleEndOf(code) ?? "network" }));
    const screen = new Screen(target, ws, { shared: true });
    rfb = screen;
    screen.scaleViewport = true;
    screen.background = "transparent";
    screen.addEventListener("connect", () => say({ phase: "connected", controls: controlsOf(screen) }));
  };
  say({ phase: "connecting" });
  connect().catch((error: unknown) => say({ phase: "refused", error }));

  return () => {
    over = true;
    rfb?.disconnect();
    ws?.close();
  };
}

function controlsOf(rfb: RFB): ConsoleControls {
  return {
    focus: () => rfb.focus(),
    release() {
      for (const [keysym, code] of MODIFIERS) rfb.sendKey(keysym, code, false);
      rfb.blur();
    },
    ctrlAltDel: () => rfb.sendCtrlAltDel(),
    fit(fits) {
      rfb.scaleViewport = fits;
    },
    sendKey: (keysym, code, down) => (down === undefined ? rfb.sendKey(keysym, code) : rfb.sendKey(keysym, code, down)),
  };
}
