import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { answerProblems, loadApiShapes, requestProblems } from "./api-shape.ts";
import { createFakeAccess, type FakeAccess, mustBeAllowed, principalOf } from "./fake-access.ts";
import { type FakeCertificate, FIRST_CERTIFICATE, fingerprintOf } from "./fake-certificates.ts";
import { createFakeConsole } from "./fake-console.ts";
import { FakeError } from "./fake-errors.ts";
import { createFakeFaults, type FakeFaults, type FaultKind } from "./fake-faults.ts";
import { NODE_ROUTES } from "./fake-node-routes.ts";
import { POWER_ROUTES } from "./fake-power-routes.ts";
import { checkParams, type FakeCall, type FakeRoute, matchRoute } from "./fake-route.ts";
import { RESTORE_ROUTES } from "./fake-restore-routes.ts";
import { SNAPSHOT_ROUTES } from "./fake-snapshot-routes.ts";
import { blankVm, FAKE_PACE, type FakePace, type FakeState, GIB, newMac } from "./fake-state.ts";
import { STORAGE_ROUTES } from "./fake-storage-routes.ts";
import { createFakeTasks, type FakeTasks } from "./fake-tasks.ts";
import { readForm } from "./fake-form.ts";
import { VM_ROUTES } from "./fake-vm-routes.ts";
import { VZDUMP_ROUTES } from "./fake-vzdump-routes.ts";

/** The number of the template that every fake has. */
export const TEMPLATE = 9_000;

export interface SeenRequest {
  method: string;
  /** as it came, without its query */
  path: string;
  params: Readonly<Record<string, string>>;
}

/**
 * A Proxmox VE of two nodes that speaks its HTTP over real TLS: written after its source and its published API, and never compared with a running one. Not like
 * the real one: tasks take milliseconds; a disk takes all of its size at once, and a linked clone's none; one server answers for all nodes; high availability,
 * hibernation and pools are missing; what is on a disk is a word; a guest is a timer; the privileges that are checked are one for each call.
 */
export interface FakeProxmox {
  origin: string;
  state: FakeState;
  access: FakeAccess;
  tasks: FakeTasks;
  faults: FakeFaults;
  requests: SeenRequest[];
  /** What happens on the host just before it answers. */
  onRequest: ((method: string, path: string) => void) | null;
  /** What was not as Proxmox publishes it: empty, or the driver or this fake is wrong. */
  violations: string[];
  fingerprint(): string;
  showCertificate(certificate: FakeCertificate): void;
  /** Connections that stand now, and how many there ever were. */
  connections(): { open: number; ever: number };
  /** Ends idle connections, as pveproxy does after 5 s. */
  closeIdle(): void;
  screens(): number;
  close(): Promise<void>;
}

const BASE = "/api2/json";
/** The real one waits 3 s before it answers 401. */
const UNAUTHORIZED_MS = 5;
const SOCKET_ROUTE: FakeRoute = { method: "GET", path: "/nodes/{node}/qemu/{vmid}/vncwebsocket", params: { port: "integer", vncticket: "string" }, needs: ["/vms/{vmid}", "VM.Console"], run: () => null };

const OWN_ROUTES: readonly FakeRoute[] = [...NODE_ROUTES, ...STORAGE_ROUTES, ...VM_ROUTES, ...POWER_ROUTES, ...SNAPSHOT_ROUTES, ...VZDUMP_ROUTES, ...RESTORE_ROUTES];

/** All that it answers. */
export const FAKE_ROUTES: readonly FakeRoute[] = [...OWN_ROUTES, ...createFakeConsole(() => true).routes, SOCKET_ROUTE];

export async function startFakeProxmox(options: { version?: string; pace?: Partial<FakePace> } = {}): Promise<FakeProxmox> {
  const state = initialState(options.version ?? "9.0.3", { ...FAKE_PACE, ...options.pace });
  const tasks = createFakeTasks();
  const access = createFakeAccess();
  const faults = createFakeFaults();
  const shapes = loadApiShapes();
  const requests: SeenRequest[] = [];
  const violations: string[] = [];
  const fakeConsole = createFakeConsole(() => Number.parseInt(state.version, 10) >= 9);
  const routes = [...OWN_ROUTES, ...fakeConsole.routes];
  let certificate = FIRST_CERTIFICATE;
  let ever = 0;
  const sockets = new Set<Duplex>();

  const server = createServer({ ...certificate, keepAliveTimeout: 5_000, ALPNProtocols: ["http/1.1"] }, (request, response) => void serve(request, response));
  server.on("connection", (socket) => {
    ever += 1;
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => {});
  server.on("upgrade", (request, socket, head) => {
    try {
      const { call } = accept(request, [SOCKET_ROUTE], readForm(request.url ?? "", request.headers["content-type"], Buffer.alloc(0)));
      fakeConsole.upgrade(call, request, socket, head);
    } catch (error) {
      refuse(socket, error);
    }
  });

  /** Everything before the work: who asks, whether he may, and whether it is asked rightly. */
  const accept = (request: IncomingMessage, among: readonly FakeRoute[], form: ReturnType<typeof readForm>): { call: FakeCall; route: FakeRoute } => {
    const { pathname } = new URL(request.url ?? "", "https://fake");
    const path = pathname.slice(BASE.length);
    const method = request.method ?? "";
    requests.push({ method, path, params: form.params });
    const matched = matchRoute(among, method, path);
    if (!pathname.startsWith(`${BASE}/`) || !matched) throw new FakeError(501, `Method '${method} ${path}' not implemented`);
    const principal = path === "/access/ticket" ? { name: "", privileges: {} } : principalOf(access, request, Date.now());
    const params = { ...form.params, ...matched.found };
    if (shapes && major(state) >= 9) violations.push(...requestProblems(shapes, method, matched.route.path, withoutEmpty(params)));
    checkParams(matched.route, params);
    const { needs } = matched.route;
    if (needs) mustBeAllowed(principal, needs[0].replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? ""), needs[1]);
    const node = matched.found.node;
    if (node !== undefined && state.nodes.get(node)?.online === false) throw new FakeError(595, "No route to host");
    if (node !== undefined && !state.nodes.has(node)) throw new FakeError(500, `hostname lookup '${node}' failed - failed to get address info for: ${node}: Name or service not known`);
    return { call: { state, tasks, access, principal, params, file: form.file }, route: matched.route };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { pathname } = new URL(request.url ?? "", "https://fake");
    fake.onRequest?.(request.method ?? "", pathname.slice(BASE.length));
    const fault = faults.take(request.method ?? "", pathname.slice(BASE.length));
    if (fault && beforeWork(fault, response)) return;
    try {
      if ((request.method === "GET" || request.method === "DELETE") && body.length > 0) throw new FakeError(501, `Unexpected content for method '${request.method}'`);
      const { call, route } = accept(request, routes, readForm(request.url ?? "", request.headers["content-type"], body));
      const data = fault === "lie" ? tasks.run(call.params.node ?? "pve1", "qmstart", call.params.vmid ?? "", call.principal.name, async () => {}) : ((await route.run(call)) ?? null);
      if (fault && afterWork(fault, response)) return;
      if (shapes && major(state) >= 9 && fault === null) violations.push(...answerProblems(shapes, request.method ?? "", route.path, data));
      send(response, 200, "OK", { data });
    } catch (error) {
      const failure = error instanceof FakeError ? error : new FakeError(500, String(error));
      if (failure.status === 401) await new Promise((done) => setTimeout(done, UNAUTHORIZED_MS));
      send(response, failure.status, failure.message, { data: null, ...(failure.errors ? { errors: failure.errors } : {}), ...(major(state) >= 9 ? { message: `${failure.message}\n` } : {}) });
    }
  };

  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  // A listening server has an address.
  const { port } = server.address() as AddressInfo;
  const fake: FakeProxmox = {
    onRequest: null,
    origin: `https://127.0.0.1:${port}`,
    state,
    access,
    tasks,
    faults,
    requests,
    violations,
    fingerprint: () => fingerprintOf(certificate),
    showCertificate(next) {
      certificate = next;
      server.setSecureContext(next);
      for (const socket of sockets) socket.destroy();
    },
    connections: () => ({ open: sockets.size, ever }),
    closeIdle: () => server.closeIdleConnections(),
    screens: () => fakeConsole.open(),
    async close() {
      tasks.loseAll();
      fakeConsole.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return fake;
}

function initialState(version: string, pace: FakePace): FakeState {
  const node = { cpus: 16, memory: 64 * GIB, online: true, bridges: ["vmbr0", "vmbr1"] };
  const local = (name: string, of: string, type: string, content: string, gib: number, snapshots: boolean) => ({ name, node: of, type, content, total: gib * GIB, snapshots, volumes: new Map<string, number>() });
  const storages = ["pve1", "pve2"].flatMap((of) => [local("local", of, "dir", "iso,vztmpl,backup", 50, false), local("local-lvm", of, "lvmthin", "images,rootdir", 500, true), local("thick", of, "lvm", "images", 500, false)]);
  const common = [{ ...local("shared", "", "nfs", "images,iso", 800, true), node: null }, { ...local("backups", "", "cifs", "backup", 300, false), node: null, maxProtected: -1 }];
  const state: FakeState = { version, cluster: "fake", nodes: new Map([["pve1", { ...node }], ["pve2", { ...node }]]), storages: [...storages, ...common], vms: new Map(), backups: new Map(), contents: new Map(), dumping: new Set(), notesFail: false, pace };
  const template = blankVm(TEMPLATE, "pve1", {
    name: "debian-13",
    template: "1",
    cores: "2",
    sockets: "1",
    memory: "2048",
    balloon: "1024",
    boot: "order=ide2;scsi0;net0",
    scsihw: "virtio-scsi-pci",
    scsi0: "shared:base-9000-disk-0,discard=on,size=2G",
    ide2: "shared:vm-9000-cloudinit,media=cdrom",
    net0: `virtio=${newMac()},bridge=vmbr0,firewall=1`,
    ostype: "l26",
  });
  state.vms.set(TEMPLATE, { ...template, template: true });
  state.storages.find((each) => each.name === "shared")?.volumes.set("shared:base-9000-disk-0", 2 * GIB);
  return state;
}

function major(state: FakeState): number {
  return Number.parseInt(state.version, 10);
}

function withoutEmpty(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ""));
}

function send(response: ServerResponse, status: number, reason: string, body: object): void {
  response.writeHead(status, reason.split("\n")[0]?.replaceAll(/[^\x20-\x7e]/g, " ") ?? "", { "content-type": "application/json;charset=UTF-8", ...(status >= 400 ? { connection: "close" } : {}) });
  response.end(JSON.stringify(body));
}

/** @returns whether that was the answer, or there is none */
function beforeWork(fault: FaultKind, response: ServerResponse): boolean {
  if (fault === "refuse595") send(response, 595, "Connection refused", { data: null });
  else if (fault === "lockTimeout") send(response, 500, "can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout", { data: null });
  else if (fault === "html") response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html><title>Welcome to the printer</title>");
  else if (fault === "garbage") response.writeHead(200, { "content-type": "application/json" }).end(`{"data": {"printers": 42}}`);
  else if (fault === "huge") response.writeHead(200, { "content-type": "application/json" }).end(Buffer.alloc(20 * 1024 * 1024, " "));
  else if (fault !== "hang") return false;
  return true;
}

function afterWork(fault: FaultKind, response: ServerResponse): boolean {
  if (fault === "lost596") send(response, 596, "Connection timed out", { data: null });
  else if (fault === "lostReset") response.destroy();
  else if (fault !== "hangAfter") return false;
  return true;
}

function refuse(socket: Duplex, error: unknown): void {
  const { status, message } = error instanceof FakeError ? error : new FakeError(500, String(error));
  socket.end(`HTTP/1.1 ${status} ${message}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

