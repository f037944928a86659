import { randomBytes } from "node:crypto";
import { WebSocket } from "ws";
import { z } from "zod";
import type { Logger } from "#server/infra/logger.ts";
import { createAccess, type Ticket } from "./access.ts";
import { errorOfAnswer, ProxmoxError } from "./errors.ts";
import { exchange, type Exchange, type RawAnswer } from "./exchange.ts";
import { encodeForm, encodeUpload, type Params } from "./form.ts";
import type { ProxmoxPlace } from "./proxmox-settings.ts";
import { type SeenCertificate, TrustingAgent } from "./tls.ts";

export interface Asking {
  signal: AbortSignal;
  /** of this one request; default the client's */
  timeoutMs?: number | undefined;
}

/** Proxmox's API (`/api2/json`), call by call. Nothing that changes something is ever repeated, but for one whose ticket had ended. */
export interface ProxmoxClient {
  get<T>(path: string, params: Params, shape: z.ZodType<T>, asking: Asking): Promise<T>;
  /** @returns `data` of the answer. @throws ProxmoxError */
  change(method: "POST" | "PUT" | "DELETE", path: string, params: Params, asking: Asking): Promise<unknown>;
  upload(path: string, fields: Readonly<Record<string, string>>, file: { name: string; content: Buffer }, asking: Asking): Promise<unknown>;
  /** A WebSocket that stands. */
  webSocket(path: string, params: Params, asking: Asking): Promise<WebSocket>;
  /** @param anew asks although it is known: hosts are upgraded */
  version(asking: Asking, anew?: boolean): Promise<ProxmoxVersion>;
  /** of the last connection */
  certificate(): SeenCertificate | null;
}

export interface ProxmoxVersion {
  major: number;
  text: string;
}

const BASE = "/api2/json";
/** Proxmox closes idle connections after 5 s. */
const IDLE_MS = 3_500;
const CONNECTIONS = 6;
/** Of parameters, by name: their values never get into a message. */
const SECRET_PARAMS = ["password", "cipassword", "vncticket"];

const ticketShape = z.object({ username: z.string(), ticket: z.string().optional(), CSRFPreventionToken: z.string().optional(), NeedTFA: z.unknown().optional() });
const versionShape = z.object({ version: z.string(), release: z.string().optional() });

export function createProxmoxClient(place: ProxmoxPlace, options: { requestMs: number; log: Logger; now: () => Date }): ProxmoxClient {
  let certificate: SeenCertificate | null = null;
  const trust = { fingerprint: place.tlsFingerprint, authority: place.settings.caCertificate ?? null };
  const note = (seen: SeenCertificate): void => void (certificate = seen);
  const pool = new TrustingAgent({ keepAlive: true, maxSockets: CONNECTIONS, timeout: IDLE_MS }, trust, note);
  // What changes something gets a connection of its own: one from the pool may be closing, and then nobody knows whether the request arrived.
  const fresh = new TrustingAgent({ keepAlive: false, maxSockets: CONNECTIONS }, trust, note);
  let version: ProxmoxVersion | null = null;

  const send = async (request: Omit<Exchange, "origin" | "agent" | "timeoutMs" | "signal">, asking: Asking, secrets: string[]): Promise<unknown> => {
    const begun = performance.now();
    const agent = request.method === "GET" ? pool : fresh;
    const answer = await exchange({ ...request, origin: place.origin, path: BASE + request.path, agent, timeoutMs: asking.timeoutMs ?? options.requestMs, signal: asking.signal });
    options.log.debug({ host: place.origin, method: request.method, path: request.path.split("?")[0], status: answer.status, ms: Math.round(performance.now() - begun) }, "proxmox");
    return dataOf(answer, request.method !== "GET", secrets);
  };

  const logIn = async (username: string, password: string, signal: AbortSignal): Promise<Ticket> => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const data = ticketShape.safeParse(await send({ method: "POST", path: "/access/ticket", headers, body: encodeForm({ username, password }) }, { signal }, [password]));
    if (data.data?.NeedTFA) throw new ProxmoxError("refused", "credentials", "this user needs a second factor to log in: use an API token");
    if (!data.data?.ticket || !data.data.CSRFPreventionToken) throw new ProxmoxError("refused", "credentials", "the host gave no ticket for this user and password");
    return { username: data.data.username, ticket: data.data.ticket, csrf: data.data.CSRFPreventionToken };
  };
  const access = createAccess(place.credentials, logIn, options.now);

  const authorized = async (request: Omit<Exchange, "origin" | "agent" | "timeoutMs" | "signal">, asking: Asking, secrets: string[] = []): Promise<unknown> => {
    const changes = request.method !== "GET";
    for (let attempt = 1; ; attempt += 1) {
      const headers = { ...request.headers, ...(await access.headers(changes, asking.signal)) };
      try {
        return await send({ ...request, headers }, asking, [...access.secrets(), ...secrets]);
      } catch (error) {
        // 401 comes before anything is done, so even a change may be asked for again.
        const expired = error instanceof ProxmoxError && error.reason === "credentials" && attempt === 1 && access.rejected();
        if (!expired) throw error;
      }
    }
  };

  return {
    async get(path, params, shape, asking) {
      const query = encodeForm(params);
      const parsed = shape.safeParse(await authorized({ method: "GET", path: query ? `${path}?${query}` : path, headers: {} }, asking));
      if (!parsed.success) throw new ProxmoxError("unavailable", "garbage", `the host's answer to ${path} is not what Proxmox answers: ${parsed.error.issues[0]?.path.join(".") ?? ""} ${parsed.error.issues[0]?.message ?? ""}`);
      return parsed.data;
    },
    change(method, path, params, asking) {
      const form = encodeForm(params);
      const secrets = SECRET_PARAMS.flatMap((name) => (typeof params[name] === "string" ? [params[name]] : []));
      // A body with DELETE is an error to Proxmox.
      if (method === "DELETE") return authorized({ method, path: form ? `${path}?${form}` : path, headers: {} }, asking, secrets);
      return authorized({ method, path, headers: { "content-type": "application/x-www-form-urlencoded" }, body: form }, asking, secrets);
    },
    upload(path, fields, file, asking) {
      const boundary = `----${randomBytes(16).toString("hex")}`;
      const body = encodeUpload(fields, { field: "filename", ...file }, boundary);
      return authorized({ method: "POST", path, headers: { "content-type": `multipart/form-data; boundary=${boundary}` }, body }, asking);
    },
    async webSocket(path, params, asking) {
      const headers = await access.headers(false, asking.signal);
      const address = `${place.origin.replace(/^http/, "ws")}${BASE}${path}?${encodeForm(params)}`;
      const socket = new WebSocket(address, ["binary"], { headers, agent: fresh, perMessageDeflate: false, handshakeTimeout: asking.timeoutMs ?? options.requestMs, maxPayload: 16 * 1024 * 1024 });
      await opened(socket, asking.signal);
      return socket;
    },
    async version(asking, anew = false) {
      if (version && !anew) return version;
      const { version: text } = await this.get("/version", {}, versionShape, asking);
      version = { major: Number.parseInt(text, 10) || 0, text };
      return version;
    },
    certificate: () => certificate,
  };
}

/** `data` of an answer. @throws ProxmoxError for any that is no success, with secrets cut out of its text */
function dataOf(answer: RawAnswer, changes: boolean, secrets: readonly string[]): unknown {
  const body = parseJson(answer.body);
  if (answer.status < 200 || answer.status > 299) {
    const errors = Object.fromEntries(Object.entries(body?.errors ?? {}).map(([name, why]) => [name, without(String(why), secrets)]));
    const message = typeof body?.message === "string" && body.message.trim() !== "" ? body.message : answer.reason;
    throw errorOfAnswer({ status: answer.status, message: without(message.trim().slice(0, 1_000), secrets), errors }, changes);
  }
  if (!body || !("data" in body)) {
    throw new ProxmoxError(changes ? "unknown" : "unavailable", "garbage", `the host answers (${answer.status}), but not as Proxmox does${/^\s*</.test(answer.body) ? ": with a web page" : ""}`);
  }
  return body.data;
}

function parseJson(text: string): { data?: unknown; errors?: Record<string, unknown>; message?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function without(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length >= 4).reduce((result, secret) => result.replaceAll(secret, "[redacted]").replaceAll(encodeURIComponent(secret), "[redacted]"), text);
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      signal.removeEventListener("abort", abort);
      socket.on("error", () => {});
      socket.terminate();
      reject(error);
    };
    const abort = (): void => fail(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", (error) => fail(error instanceof ProxmoxError ? error : new ProxmoxError("unavailable", "connection", `no console connection to the host: ${error.message}`, error)));
    socket.once("open", () => {
      signal.removeEventListener("abort", abort);
      // Whoever uses the socket listens too; without any listener an error would end the process.
      socket.on("error", () => {});
      resolve();
    });
  });
}
