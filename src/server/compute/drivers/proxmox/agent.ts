import type { Passwords } from "../capabilities.ts";
import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { guestInterfaces } from "./answers.ts";
import { doOnce } from "./bring.ts";
import { ProxmoxError } from "./errors.ts";
import { type Place, vmPath } from "./look.ts";
import type { Session } from "./session.ts";

/** Proxmox itself gives an agent that hangs 3 s. */
const AGENT_MS = 8_000;

export function passwordCall(session: Session): Passwords["setPassword"] {
  return (ref, login, call) =>
    doOnce(
      session,
      ref,
      call,
      (vm) => {
        if (vm.power !== "running") throw new DriverError("refused", "the VM does not run");
      },
      async (vm) => {
        try {
          await session.client.change("POST", `${vmPath(vm)}/agent/set-user-password`, { username: login.user, password: login.passwordHash, crypted: true }, call);
        } catch (error) {
          // Every text of the agent is its own; "not running" here is the agent's, not the VM's.
          if (error instanceof ProxmoxError && error.failure === "refused") throw new DriverError("refused", error.message, error);
          throw error;
        }
      },
    );
}

/**
 * The IPv4 address that the guest reports for the card with `mac`.
 * @returns null: no agent, or it does not answer (yet)
 */
export async function addressOf(session: Session, place: Place, mac: string | null, call: CallOptions): Promise<string | null> {
  try {
    const { result } = await session.client.get(`${vmPath(place)}/agent/network-get-interfaces`, {}, guestInterfaces, { ...call, timeoutMs: AGENT_MS });
    const own = result.filter((each) => mac === null || each["hardware-address"]?.toLowerCase() === mac);
    const addresses = own.flatMap((each) => each["ip-addresses"] ?? []).filter((each) => each["ip-address-type"] === "ipv4");
    return addresses.find((each) => !/^(127\.|169\.254\.)/.test(each["ip-address"]))?.["ip-address"] ?? null;
  } catch (error) {
    if (error instanceof ProxmoxError) return null;
    throw error;
  }
}
