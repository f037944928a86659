import { parseArgs } from "node:util";
import { type Faults, noFaults, POWER_STEPS } from "./faults.ts";

export const USAGE = `Usage: npm run device -- --claim <token> [--claim <another> …] [--server http://localhost:3000]
       npm run device -- --claims <file> [--fleet <number>] [--server http://localhost:3000]

  --claim    the claim token, in any form: as shown, with hyphens, or the address in the QR code
  --claims   a file of them: one a line, or a CSV with a column claim_token (and server_url), as the bulk onboarding makes
  --fleet    runs the first so many of the file (all), up to 10000
  --server   where Switchyard is; an address given as a claim says it too
  --state    where devices keep credentials, stock and commands (data/simulator)
  --speed    readings, sales and motors are this many times faster (1)
  --sales    people buy at the machine itself now and then

What goes wrong, with every device:
  --drop-acks <n>         the next n acknowledgements of commands are lost
  --repeat-messages <n>   every message comes n times more
  --power-cycle-at <step> the power goes once, at: ${POWER_STEPS.slice(0, 6).join(", ")},
                          ${POWER_STEPS.slice(6).join(", ")}
  --clock-offset=<s>      its clock is wrong by so many seconds; negative: late
  --jam <slot>            the motor of this slot jams (may be given again)
  --motor <slot>          the motor of this slot does not turn (may be given again)
  --no-drop               the drop sensor sees nothing
  --offline-for <s>       loses its network for so long, ten seconds after it connected
  --ota-fail              firmware arrives with a wrong bit
  --rollback              new firmware never reaches the broker
`;

/** The text says what is wrong with the arguments. */
export class WrongArguments extends Error {
  override name = "WrongArguments";
}

export interface Arguments {
  claims: string[];
  claimsFile: string | undefined;
  fleet: number | undefined;
  server: string | undefined;
  state: string;
  speed: number;
  sales: boolean;
  offlineForSeconds: number;
  /** a set of its own for each device: each goes wrong by itself */
  faults: () => Faults;
}

const MOST_DEVICES = 10_000;

/** @throws WrongArguments */
export function readArguments(args: readonly string[]): Arguments {
  const values = parse(args);
  if (!values.claim && !values.claims) throw new WrongArguments("--claim or --claims is missing");
  const step = POWER_STEPS.find((one) => one === values["power-cycle-at"]) ?? null;
  if (values["power-cycle-at"] !== undefined && !step) throw new WrongArguments(`--power-cycle-at knows ${POWER_STEPS.join(", ")}`);
  if (values.fleet !== undefined && !values.claims) throw new WrongArguments("--fleet needs the file of claims of its machines: --claims <file>");
  const numbers = {
    dropAcks: number(values, "drop-acks", 0, 1_000_000),
    repeatMessages: number(values, "repeat-messages", 0, 10),
    clockOffsetMs: number(values, "clock-offset", -4_000_000_000, 4_000_000_000) * 1_000,
  };
  const slots = (given: string[] | undefined): Set<string> => new Set((given ?? []).map((slot) => slot.toUpperCase()));
  return {
    claims: values.claim ?? [],
    claimsFile: values.claims,
    fleet: values.fleet === undefined ? undefined : number(values, "fleet", 1, MOST_DEVICES),
    server: values.server,
    state: values.state,
    speed: number(values, "speed", 0.01, 1_000),
    sales: values.sales,
    offlineForSeconds: number(values, "offline-for", 0, 86_400),
    faults: () => ({ ...noFaults(), ...numbers, powerCycleAt: step, jam: slots(values.jam), motorBroken: slots(values.motor), noDrop: values["no-drop"], otaFail: values["ota-fail"], rollback: values.rollback }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        claim: { type: "string", multiple: true },
        claims: { type: "string" },
        fleet: { type: "string" },
        server: { type: "string" },
        state: { type: "string", default: "data/simulator" },
        speed: { type: "string", default: "1" },
        sales: { type: "boolean", default: false },
        "drop-acks": { type: "string", default: "0" },
        "repeat-messages": { type: "string", default: "0" },
        "power-cycle-at": { type: "string" },
        "clock-offset": { type: "string", default: "0" },
        jam: { type: "string", multiple: true },
        motor: { type: "string", multiple: true },
        "no-drop": { type: "boolean", default: false },
        "offline-for": { type: "string", default: "0" },
        "ota-fail": { type: "boolean", default: false },
        rollback: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new WrongArguments((error as Error).message);
  }
}

function number(values: Record<string, unknown>, name: string, least: number, most: number): number {
  const value = Number(values[name]);
  if (values[name] !== "" && value >= least && value <= most) return value;
  throw new WrongArguments(`--${name} must be a number from ${least} to ${most}`);
}
