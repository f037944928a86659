import { randomBytes } from "node:crypto";
import { Boot, type BootOptions, CHIP } from "./boot.ts";
import { claim } from "./claim.ts";
import type { DeviceLog } from "./device-log.ts";
import type { Turn } from "./dispenser.ts";
import { type Faults, noFaults } from "./faults.ts";
import { PowerLost } from "./power.ts";
import { Sensors } from "./sensors.ts";
import { type DeviceState, readState } from "./state-file.ts";

export interface DeviceOptions {
  /** base address of Switchyard */
  server: string;
  stateFile: string;
  /** Asked only when the device has no credentials. */
  token: () => Promise<string>;
  /** Instead of the address in the claim's answer: the demo's broker may have moved. */
  brokerUrl?: string;
  /** Everything happens this many times faster. */
  speed?: number;
  /** People buy at the machine itself now and then, and fill it. */
  sales?: boolean;
  faults?: Partial<Faults>;
  /** Unix milliseconds by the world's clock; the device's is wrong by what its faults say. */
  now?: () => number;
  log: DeviceLog;
}

/** how long a restart takes */
const RESTART_MS = 800;

/**
 * One simulated device: the box around the firmware. Its flash is a file; its motors, its power and what goes wrong are here. Claims itself over HTTP, then speaks
 * the device contract over MQTT as firmware would. Ending the process without `stop` is a power cut: the broker publishes its last will.
 */
export class SimulatedDevice {
  /** what goes wrong; may be changed at any time */
  readonly faults: Faults;
  /** each time that a motor turned */
  readonly turns: Turn[] = [];
  readonly #options: DeviceOptions;
  readonly #sensors = new Sensors(Math.random);
  readonly #hardwareId: string;
  #boot: Boot;
  #restart: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.faults = { ...noFaults(), ...options.faults };
    this.#hardwareId = macAddress();
    this.#boot = new Boot(this.#bootOptions());
  }

  get machineId(): string | null {
    return this.#boot.flash.state.claim?.machine_id ?? null;
  }

  get firmwareVersion(): string {
    return this.#boot.flash.state.firmware.version;
  }

  get connected(): boolean {
    return this.#boot.connected;
  }

  /** id of the present run of its firmware */
  get bootId(): string {
    return this.#boot.id;
  }

  /** Its flash, as it is on disk. */
  stored(): DeviceState | null {
    return readState(this.#options.stateFile);
  }

  /** Claims where that is needed and connects; resolves when it is connected. Later it reconnects by itself. @throws ClaimRefused */
  start(): Promise<void> {
    return this.#boot.start(async (boot, signal) => {
      const { log, server, token } = this.#options;
      const { hardwareId, firmware } = boot.flash.state;
      return claim(server, { token: await token(), hardware_id: hardwareId, chip: CHIP, firmware_version: firmware.version, boot_id: boot.id }, { log, signal });
    });
  }

  /** Says goodbye and disconnects, as before a planned restart. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#restart) clearTimeout(this.#restart);
    await this.#boot.stop().catch(() => {});
  }

  /** Pulls the plug. */
  cutPower(): void {
    this.#boot.cut();
  }

  /** Pulls the plug and puts it back; resolves when the device is connected again. */
  async powerCycle(): Promise<void> {
    this.cutPower();
    await this.#startAgain();
  }

  /** Loses its network for so long. */
  goOffline(ms: number): void {
    this.#boot.drop(ms);
  }

  #bootOptions(): BootOptions {
    const { brokerUrl, log, server, stateFile } = this.#options;
    const world = this.#options.now ?? Date.now;
    return {
      server, stateFile, brokerUrl, log,
      speed: this.#options.speed ?? 1,
      sales: this.#options.sales ?? false,
      now: () => world() + this.faults.clockOffsetMs,
      faults: this.faults,
      turns: this.turns,
      sensors: this.#sensors,
      hardwareId: () => this.#hardwareId,
      restart: (how) => this.#goDown(how),
    };
  }

  #goDown(how: "reboot" | "power"): void {
    const down = this.#boot;
    const gone = how === "power" ? Promise.resolve(down.cut()) : down.stop().catch(() => {});
    void gone.then(() => {
      if (this.#stopped || this.#boot !== down) return;
      this.#restart = setTimeout(() => {
        this.#startAgain().catch((error: unknown) => {
          if (!(error instanceof PowerLost)) this.#options.log.warn({ reason: (error as Error).message }, "a simulated device does not start again");
        });
      }, RESTART_MS / (this.#options.speed ?? 1));
    });
  }

  async #startAgain(): Promise<void> {
    if (this.#stopped) return;
    this.#boot = new Boot(this.#bootOptions());
    await this.start();
  }
}

/** Locally administered, so that it is nobody's. */
function macAddress(): string {
  const bytes = randomBytes(6);
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}
