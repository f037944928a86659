import { randomBytes } from "node:crypto";
import type { ClaimAnswer, DownTopic } from "#shared/machines/device.ts";
import type { Board } from "./board.ts";
import { CommandStore, type Outcome } from "./command-store.ts";
import { Commands } from "./commands.ts";
import { reportConfiguration, takeConfiguration } from "./configuration.ts";
import { askServerTime, DeviceClock } from "./device-clock.ts";
import type { DeviceLog } from "./device-log.ts";
import { dispenseHandler, Motors } from "./dispense.ts";
import { Dispenser, type Turn } from "./dispenser.ts";
import type { Faults } from "./faults.ts";
import { bootLoader, FirmwareUpdate } from "./firmware-update.ts";
import { Link } from "./link.ts";
import { LocalSales } from "./local-sales.ts";
import { Passwords } from "./passwords.ts";
import { countsOfClaim, heartbeatOf } from "./planogram.ts";
import { Power, PowerLost } from "./power.ts";
import { Readings } from "./readings.ts";
import type { Sensors } from "./sensors.ts";
import { serviceHandlers } from "./service-commands.ts";
import { Flash, type StoredCommand } from "./state-file.ts";

export interface BootOptions {
  server: string;
  stateFile: string;
  brokerUrl: string | undefined;
  speed: number;
  sales: boolean;
  /** Unix milliseconds by the device's own clock */
  now: () => number;
  log: DeviceLog;
  faults: Faults;
  turns: Turn[];
  sensors: Sensors;
  hardwareId: () => string;
  /** Restarts the firmware: after a goodbye, or because a fault took the power. */
  restart: (how: "reboot" | "power") => void;
}

export const CHIP = "ESP32-S3";
const SALE_SECONDS = 45;
/** However fast it runs: a simulation is no load test. */
const MIN_INTERVAL_MS = 100;
/** New firmware that is not connected by then is given up. */
const CONFIRM_SECONDS = 90;

/** One run of the firmware, from power on to power off. All it knows of earlier runs is in the flash. */
export class Boot {
  readonly id = `b${randomBytes(6).toString("hex")}`;
  readonly flash: Flash;
  readonly #power: Power;
  readonly #options: BootOptions;
  #link: Link | null = null;
  #connectedBefore = false;

  constructor(options: BootOptions) {
    this.#options = options;
    this.#power = new Power(options.faults, () => options.restart("power"));
    this.flash = new Flash(options.stateFile, this.#power, options.hardwareId);
    this.flash.state.boots += 1;
    bootLoader(this.flash.state);
  }

  get connected(): boolean {
    return this.#link?.connected ?? false;
  }

  /** Claims where that is needed and connects; resolves when it is connected and subscribed. @throws ClaimRefused, PowerLost */
  async start(claim: (boot: Boot, signal: AbortSignal) => Promise<ClaimAnswer>): Promise<void> {
    const { flash } = this;
    flash.save();
    if (!flash.state.claim) {
      const answer = await this.#power.until(claim(this, this.#power.signal));
      flash.state.claim = answer;
      Object.assign(flash.state, countsOfClaim(answer));
      flash.state.clockOffsetMs = Date.parse(answer.server_time) - this.#options.now();
      flash.save();
      this.#options.log.info({ machineId: answer.machine_id }, "claimed");
    }
    await this.#run(flash.state.claim);
  }

  /** Says goodbye and disconnects. */
  async stop(): Promise<void> {
    const closed = this.#link?.close();
    this.#power.cut();
    await closed;
  }

  /** Everything in memory is gone at once; the broker publishes the will. */
  cut(): void {
    this.#power.cut();
    this.#link?.cut();
  }

  /** Loses its network for so long. */
  drop(ms: number): void {
    this.#link?.drop(ms);
  }

  async #run(claim: ClaimAnswer): Promise<void> {
    const { flash } = this;
    const { faults, log, now, sensors, speed } = this.#options;
    const clock = new DeviceClock(now, flash.state);
    const board: Board = {
      flash, clock, faults, log, speed,
      power: this.#power,
      send: (part, body) => this.#link?.send(part, body) ?? Promise.resolve(),
      reboot: () => this.#options.restart("reboot"),
    };
    const motors = new Motors();
    const dispenser = new Dispenser({ faults, power: this.#power, turns: this.#options.turns, speed });
    const passwords = new Passwords({ flash, speed });
    const update = new FirmwareUpdate(board, () => motors.busy);
    const readings = new Readings(board, sensors, () => this.connected);
    const commands = new Commands(
      board,
      new CommandStore(flash),
      {
        dispense: dispenseHandler(board, dispenser, motors, () => update.installing),
        ...serviceHandlers({ board, busy: () => motors.busy || update.installing, readSensors: () => readings.now(), reconnect: () => this.#link?.reopen() }),
      },
      () => this.#background(this.#correctClock(clock)),
    );
    commands.recover((command) => this.#endedByStart(command));
    if (flash.state.firmware.previous !== null) this.#power.reach("update.booted");

    const take: Record<DownTopic, (payload: Buffer) => Promise<void>> = {
      cmd: (payload) => commands.take(payload),
      cfg: async (payload) => {
        if (!takeConfiguration(board, payload)) return;
        readings.every(heartbeatOf(flash.state));
        readings.stock();
      },
      ota: (payload) => update.take(payload),
    };
    const connected = (): void => {
      this.#link?.hello({ fw: flash.state.firmware.version, ip: "192.168.4.20", rssi: readings.now()["rssi_dbm"] });
      update.confirm();
      if (!this.#connectedBefore) this.#first(board, commands, update);
      this.#connectedBefore = true;
      reportConfiguration(board);
      readings.stock();
      readings.take();
    };
    await this.#connect(claim, board, passwords, { connected, take: (part, payload) => this.#background(take[part](payload)), rotated: (id, outcome) => commands.end(id, outcome) });
    log.info({ machineId: claim.machine_id }, "connected");
    readings.every(heartbeatOf(flash.state));
    if (this.#options.sales) this.#background(this.#sell(new LocalSales(board, dispenser, motors, sensors)));
    this.#background(update.resume());
  }

  #connect(claim: ClaimAnswer, board: Board, passwords: Passwords, on: { connected: () => void; take: (part: DownTopic, payload: Buffer) => void; rotated: (id: string, outcome: Outcome) => void }): Promise<void> {
    const { brokerUrl, faults, log, speed } = this.#options;
    const trial = this.flash.state.firmware.previous !== null;
    if (trial) this.#background(this.#giveUp(board));
    // Firmware that does not work: it runs, and never gets so far.
    if (trial && faults.rollback) return this.#power.pause((CONFIRM_SECONDS * 2_000) / speed);
    return this.#power.until(
      new Promise<void>((resolve) => {
        this.#link = new Link({
          claim, brokerUrl, faults, log, speed,
          boot: this.id,
          now: () => board.clock.now(),
          password: () => passwords.current(),
          onRefused: (password) => passwords.refused(password),
          onMessage: on.take,
          onConnected: (password) => {
            if (this.#power.signal.aborted) return;
            const rotated = passwords.worked(password);
            on.connected();
            const rotation = rotated && this.flash.state.commands.find((command) => command.type === "rotate" && command.phase === "started");
            if (rotation) on.rotated(rotation.id, rotated === "new" ? { phase: "done" } : { phase: "failed", code: "FAILED", data: { reason: "the new password was refused" } });
            resolve();
          },
        });
      }),
    );
  }

  /** What this run has to say once. */
  #first(board: Board, commands: Commands, update: FirmwareUpdate): void {
    const { boots, hardwareId, firmware } = this.flash.state;
    void board.send("diag", { data: { reset_reason: "power_on", boots, chip: CHIP, hardware_id: hardwareId } });
    void board.send("log", { level: "info", tag: "main", message: `started ${firmware.version}` });
    commands.report();
    update.report();
  }

  /** How a command ended that an earlier run had begun: null where this run goes on with it. */
  #endedByStart(command: StoredCommand): Outcome | null {
    if (command.type === "reboot") return { phase: "done", data: { boots: this.flash.state.boots } };
    if (command.type === "rotate" && this.flash.state.nextPassword !== null) return null;
    return { phase: "failed", code: "INTERRUPTED" };
  }

  async #giveUp(board: Board): Promise<void> {
    await this.#power.pause((CONFIRM_SECONDS * 1_000) / board.speed);
    if (this.flash.state.firmware.previous !== null) board.reboot();
  }

  async #correctClock(clock: DeviceClock): Promise<void> {
    const time = await this.#power.until(askServerTime(this.#options.server));
    if (time === null) return;
    clock.set(time);
    this.flash.save();
  }

  async #sell(sales: LocalSales): Promise<void> {
    for (;;) {
      await this.#power.pause(Math.max(MIN_INTERVAL_MS, (SALE_SECONDS * 1_000) / this.#options.speed));
      await sales.visit();
    }
  }

  /** Goes on beside everything else, until the power goes. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof PowerLost)) this.#options.log.warn({ reason: (error as Error).stack ?? String(error) }, "the simulated firmware failed");
    });
  }
}
