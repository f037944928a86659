import { type StoredEvent, tailEvents } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 5;
const PAUSE_MS = 500;

/**
 * Sends devices away from EMQX whose credentials no longer hold, by its REST API (`DELETE /api/v5/clients/{clientid}`): it asks for a password at the login alone.
 * @param apiUrl with the API key as user name and password
 */
export async function startKicking(rt: Runtime, apiUrl: string): Promise<{ stop(): Promise<void> }> {
  const stopped = new AbortController();
  const tail = await tailEvents(rt, (event) => {
    if (endsSessions(event)) void kick(rt, apiUrl, event.subject, stopped.signal);
  });
  return {
    async stop() {
      stopped.abort();
      await tail.stop();
    },
  };
}

function endsSessions({ type, data }: StoredEvent): boolean {
  // After a rotation it is the new password that is connected.
  return type === "machine.claimed" || (type === "machine.credential.revoked" && (data as { reason?: string }).reason !== "rotated");
}

async function kick(rt: Runtime, apiUrl: string, clientId: string, signal: AbortSignal): Promise<void> {
  const url = new URL(apiUrl);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString("base64")}`;
  for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt += 1) {
    const problem = await fetch(`${url.origin}/api/v5/clients/${encodeURIComponent(clientId)}`, { method: "DELETE", headers: { authorization }, signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) }).then(
      // 404: it is not connected.
      (answer) => (answer.ok || answer.status === 404 ? null : `answered ${answer.status}`),
      (error: unknown) => (error as Error).name,
    );
    if (problem === null) return;
    rt.log.warn({ machineId: clientId, attempt, problem }, "emqx: cannot send a device away");
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
  }
}
