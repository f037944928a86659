import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { type OtaMessage, otaMessage } from "#shared/machines/device.ts";
import type { Board } from "./board.ts";
import { imageProblem, manifestProblem } from "./firmware-check.ts";
import { download, DownloadRefused } from "./firmware-download.ts";
import { timezoneOf } from "./planogram.ts";
import { PowerLost } from "./power.ts";
import type { DeviceState } from "./state-file.ts";
import { untilOpen } from "./update-window.ts";

const PERCENT_STEP = 10;
/** a window is looked at again after so long: the clock may have been set */
const LOOK_AGAIN_MS = 60_000;
const BUSY_MS = 500;

/** Takes firmware over the air: one job at a time, stored before anything else, gone on with after a power cut. */
export class FirmwareUpdate {
  readonly #board: Board;
  readonly #dispensing: () => boolean;
  /** raised with each job: whatever works for an older one stops */
  #run = 0;
  installing = false;

  constructor(board: Board, dispensing: () => boolean) {
    this.#board = board;
    this.#dispensing = dispensing;
  }

  /** Takes what came on `ota`. @throws PowerLost */
  async take(payload: Buffer): Promise<void> {
    const { flash, power, log } = this.#board;
    const message = read(payload);
    if (!message) return log.warn({}, "a firmware job that cannot be read");
    const { update, lastUpdate } = flash.state;
    // What failed may be tried again, if the server wants it; what is over is over.
    if (message.job === lastUpdate?.job && lastUpdate.state !== "failed") return this.#reportLast();
    if (message.job === update?.message.job || this.installing) return;
    rmSync(flash.imageFile, { force: true });
    flash.state.update = { message, phase: "waiting", etag: null };
    flash.save();
    power.reach("update.stored");
    void this.#report(message, "accepted");
    await this.#work(message);
  }

  /** Goes on where the power went. @throws PowerLost */
  async resume(): Promise<void> {
    const { update } = this.#board.flash.state;
    if (update && update.phase !== "installed") await this.#work(update.message);
  }

  /** The firmware that was installed has reached the broker: it stays. */
  confirm(): void {
    const { flash } = this.#board;
    const { firmware, update } = flash.state;
    if (firmware.previous === null || !firmware.tried) return;
    flash.state.firmware = { version: firmware.version, previous: null, tried: false };
    if (update) this.#end(update.message, "succeeded");
    else flash.save();
  }

  /** At a connection: how the last job ended, if the broker may not know. */
  report(): void {
    if (this.#board.flash.state.lastUpdate?.reported === false) this.#reportLast();
  }

  async #work(message: OtaMessage): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    const stale = (): boolean => run !== this.#run;
    try {
      const { flash } = this.#board;
      const problem = manifestProblem(message, flash.state.claim?.firmware_key);
      if (problem) return this.#end(message, "failed", problem);
      if (message.version === flash.state.firmware.version) return this.#end(message, "succeeded");
      await this.#waitForWindow(message, stale);
      if (!stale()) await this.#fetch(message, stale);
      if (!stale()) await this.#install(message, stale);
    } catch (error) {
      if (error instanceof PowerLost) throw error;
      if (!stale()) this.#end(message, "failed", error instanceof DownloadRefused ? error.message : `write: ${(error as Error).message}`);
    }
  }

  async #waitForWindow(message: OtaMessage, stale: () => boolean): Promise<void> {
    const { clock, flash, power, speed } = this.#board;
    for (let said = false; !stale(); ) {
      const closedForMs = untilOpen(message.window, clock.serverNow(), timezoneOf(flash.state));
      if (closedForMs === 0) return;
      if (!said) void this.#report(message, "deferred");
      said = true;
      await power.pause(Math.max(20, Math.min(closedForMs, LOOK_AGAIN_MS) / speed));
    }
  }

  async #fetch(message: OtaMessage, stale: () => boolean): Promise<void> {
    const { faults, flash, power } = this.#board;
    const update = flash.state.update;
    if (!update) return;
    update.phase = "downloading";
    flash.save();
    let told = -1;
    await download(this.#board, flash.imageFile, { url: message.url, size: message.size, etag: update.etag }, (bytes, etag) => {
      if (stale()) throw new DownloadRefused("another job came");
      if (etag !== update.etag) {
        update.etag = etag;
        flash.save();
      }
      const percent = Math.floor((bytes / message.size) * 100);
      if (percent >= 50) power.reach("update.half");
      if (told >= 0 && percent < told + PERCENT_STEP && percent < 100) return;
      told = percent;
      void this.#report(message, "downloading", percent);
    });
    if (faults.otaFail) spoil(flash.imageFile);
  }

  async #install(message: OtaMessage, stale: () => boolean): Promise<void> {
    const { flash, power, reboot, speed } = this.#board;
    void this.#report(message, "verifying", 100);
    const problem = imageProblem(flash.imageFile, message);
    if (problem) return this.#end(message, "failed", problem);
    power.reach("update.verified");
    // Nobody loses what is just coming out.
    while (this.#dispensing()) await power.pause(BUSY_MS / speed);
    if (stale() || !flash.state.update) return;
    this.installing = true;
    await power.until(this.#report(message, "installing", 100));
    flash.state.firmware = { version: message.version, previous: flash.state.firmware.version, tried: false };
    flash.state.update.phase = "installed";
    flash.save();
    rmSync(flash.imageFile, { force: true });
    power.reach("update.installed");
    reboot();
  }

  #end(message: OtaMessage, state: "succeeded" | "failed", error?: string): void {
    const { flash } = this.#board;
    rmSync(flash.imageFile, { force: true });
    flash.state.update = null;
    flash.state.lastUpdate = { job: message.job, state, ...(error === undefined ? {} : { error: error.slice(0, 200) }), reported: false };
    flash.save();
    this.#reportLast();
  }

  #reportLast(): void {
    const { flash, power, send } = this.#board;
    const last = flash.state.lastUpdate;
    if (!last) return;
    const { job, state, error } = last;
    void send("ota/state", { job, state, ...(state === "succeeded" ? { percent: 100 } : {}), ...(error === undefined ? {} : { error }) }).then(() => {
      if (power.signal.aborted || last.reported) return;
      last.reported = true;
      flash.save();
    });
  }

  #report(message: OtaMessage, state: "accepted" | "downloading" | "verifying" | "installing" | "deferred", percent?: number): Promise<void> {
    return this.#board.send("ota/state", { job: message.job, state, ...(percent === undefined ? {} : { percent }) });
  }
}

/** What the boot loader does before the firmware runs: new firmware that was started once and never confirmed is given up. @returns whether the state changed */
export function bootLoader(state: DeviceState): boolean {
  const { firmware, update } = state;
  if (firmware.previous === null) return false;
  if (!firmware.tried) {
    firmware.tried = true;
    return true;
  }
  state.firmware = { version: firmware.previous, previous: null, tried: false };
  if (update) state.lastUpdate = { job: update.message.job, state: "rolled_back", error: `${firmware.version} did not reach the broker`, reported: false };
  state.update = null;
  return true;
}

/** Turns over one bit, as bad flash would. */
function spoil(file: string): void {
  const handle = openSync(file, "r+");
  try {
    const byte = Buffer.alloc(1);
    readSync(handle, byte, 0, 1, 0);
    writeSync(handle, Buffer.of((byte[0] ?? 0) ^ 0x01), 0, 1, 0);
  } finally {
    closeSync(handle);
  }
}

function read(payload: Buffer): OtaMessage | null {
  try {
    return otaMessage.parse(JSON.parse(payload.toString("utf8")));
  } catch {
    return null;
  }
}
