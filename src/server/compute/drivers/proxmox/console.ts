import type { Consoles } from "../capabilities.ts";
import { DriverError } from "../errors.ts";
import { consoleTicket } from "./answers.ts";
import { ProxmoxError } from "./errors.ts";
import { lookAt, vmPath } from "./look.ts";
import type { Session } from "./session.ts";
import { webSocketDuplex } from "./web-socket-duplex.ts";

/**
 * The screen by `vncproxy` and `vncwebsocket`: the node opens a port for 10 s, and the ticket is good for that port and this user alone.
 * Newer versions answer a password of its own, before that the ticket was the password (VNC reads its first 8 characters).
 */
export function consoleCall(session: Session): Consoles["openConsole"] {
  return async (ref, call) => {
    const vm = await lookAt(session, ref, call);
    if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
    if (vm.status.status !== "running") throw new DriverError("refused", "the VM does not run");
    const answer = consoleTicket.safeParse(await session.client.change("POST", `${vmPath(vm)}/vncproxy`, { websocket: true }, call));
    if (!answer.success) throw new ProxmoxError("unavailable", "garbage", "the host opened no console");
    const { port, ticket, password } = answer.data;
    const socket = await session.client.webSocket(`${vmPath(vm)}/vncwebsocket`, { port, vncticket: ticket }, call);
    return { stream: webSocketDuplex(socket), password: password ?? ticket };
  };
}
