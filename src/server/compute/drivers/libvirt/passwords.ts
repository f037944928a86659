import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { machine } from "./machine.ts";
import { changing, type Session } from "./session.ts";
import { says } from "./virsh-errors.ts";

/** What crypt(3) makes: the agent takes it as it is. */
const HASH = /^\$[0-9a-z]{1,10}\$[./A-Za-z0-9=,$]+$/;
const USER = /^[a-z_][a-z0-9_.-]{0,31}$/i;

export async function setPassword(session: Session, ref: string, login: { user: string; passwordHash: string }, call: CallOptions): Promise<void> {
  if (!HASH.test(login.passwordHash) || !USER.test(login.user)) throw new DriverError("refused", "no valid user or hash of a password");
  const vm = await machine(session, ref, call);
  if (vm.power !== "running") throw new DriverError("refused", "the VM does not run");
  try {
    await session.virsh.runSecretly(["set-user-password", "--domain", vm.address, "--user", login.user, "--password", login.passwordHash, "--encrypted"], changing(call));
  } catch (error) {
    if (says(error, /guest agent|agent is not/i)) throw new DriverError("refused", "no guest agent answers in the VM; install qemu-guest-agent in it", error);
    throw error;
  }
}
