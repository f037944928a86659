import { logIn, mayDo } from "./fake-access.ts";
import { FakeError } from "./fake-errors.ts";
import { currentOf } from "./fake-power-routes.ts";
import type { FakeCall, FakeRoute } from "./fake-route.ts";
import type { FakeState } from "./fake-state.ts";
import type { FakeTask } from "./fake-tasks.ts";

export const NODE_ROUTES: readonly FakeRoute[] = [
  { method: "GET", path: "/version", params: {}, run: ({ state }) => ({ version: state.version, release: state.version.split(".").slice(0, 2).join("."), repoid: "0123456789abcdef" }) },
  { method: "POST", path: "/access/ticket", params: { username: "string", password: "string", "realm?": "string", "otp?": "string" }, run: ({ access, params, state }) => logIn(access, params.username ?? "", params.password ?? "", Date.now(), state.pace.ticketMs) },
  { method: "GET", path: "/access/permissions", params: { "path?": "string", "userid?": "string" }, run: ({ principal }) => Object.fromEntries(Object.entries(principal.privileges).map(([path, names]) => [path, Object.fromEntries(names.map((name) => [name, 1]))])) },
  { method: "GET", path: "/nodes", params: {}, run: ({ state }) => [...state.nodes].map(([node, { online, cpus, memory }]) => ({ node, status: online ? "online" : "offline", maxcpu: cpus, maxmem: memory, mem: Math.floor(memory / 4), cpu: 0.1 })) },
  {
    method: "GET",
    path: "/cluster/status",
    params: {},
    needs: ["/", "Sys.Audit"],
    run: ({ state }) => [
      ...(state.cluster === null ? [] : [{ type: "cluster", id: "cluster", name: state.cluster, nodes: state.nodes.size, quorate: 1, version: 3 }]),
      ...[...state.nodes.keys()].map((name, at) => ({ type: "node", id: `node/${name}`, name, nodeid: at + 1, ip: `10.0.0.${at + 1}`, online: 1, local: at === 0 ? 1 : 0 })),
    ],
  },
  { method: "GET", path: "/cluster/resources", params: { "type?": "string" }, run: resources },
  { method: "GET", path: "/cluster/nextid", params: { "vmid?": "integer" }, run: ({ state }) => Math.max(99, ...state.vms.keys()) + 1 },
  {
    method: "GET",
    path: "/nodes/{node}/status",
    params: {},
    needs: ["/nodes/{node}", "Sys.Audit"],
    run({ state, params }) {
      const node = state.nodes.get(params.node ?? "");
      const memory = node?.memory ?? 0;
      return {
        cpu: 0.125,
        cpuinfo: { cpus: node?.cpus ?? 0, cores: 4, sockets: 1, model: "Fake" },
        memory: { total: memory, free: Math.floor(memory / 2), available: Math.floor((memory * 3) / 4), used: Math.floor(memory / 4) },
        pveversion: `pve-manager/${state.version}/0123456789abcdef`,
        loadavg: ["0.10", "0.20", "0.30"],
        rootfs: { total: 100, free: 50, used: 50, avail: 50 },
        "boot-info": { mode: "efi" },
        "current-kernel": { machine: "x86_64", release: "6.14", sysname: "Linux", version: "1" },
      };
    },
  },
  { method: "GET", path: "/nodes/{node}/network", params: { "type?": "string" }, run: ({ state, params }) => state.nodes.get(params.node ?? "")?.bridges.map((iface) => ({ iface, type: "bridge", active: 1, method: "manual" })) ?? [] },
  { method: "GET", path: "/nodes/{node}/qemu", params: { "full?": "boolean" }, run: ({ state, params, principal }) => [...state.vms.values()].filter((vm) => vm.node === params.node && mayDo(principal, `/vms/${vm.vmid}`, "VM.Audit")).map((vm) => currentOf(vm, params.full === "1")) },
  {
    method: "GET",
    path: "/nodes/{node}/tasks",
    params: { "source?": "string", "vmid?": "integer", "typefilter?": "string", "since?": "integer", "limit?": "integer", "start?": "integer" },
    run({ tasks, params, principal }) {
      const seen = tasks.all.filter((task) => task.node === params.node && (task.user === principal.name || mayDo(principal, `/nodes/${params.node}`, "Sys.Audit")));
      const ofVm = seen.filter((task) => (params.vmid === undefined || task.id === params.vmid) && (params.typefilter === undefined || task.type === params.typefilter) && task.starttime >= Number(params.since ?? 0));
      const bySource = ofVm.filter((task) => (params.source === "all" ? true : params.source === "active" ? task.exit === null || Date.now() / 1000 - (task.endtime ?? 0) < 2 : task.exit !== null));
      return bySource.slice(0, Number(params.limit ?? 50)).map(taskRow);
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/tasks/{upid}/status",
    params: {},
    run(call) {
      const task = ownTask(call);
      return { ...taskFacts(task), status: task.exit === null ? "running" : "stopped", ...(task.exit === null ? {} : { exitstatus: task.exit }) };
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/tasks/{upid}/log",
    params: { "start?": "integer", "limit?": "integer" },
    run(call) {
      const { log } = ownTask(call);
      const start = Number(call.params.start ?? 0);
      const lines = log.slice(start, start + Number(call.params.limit ?? 50)).map((t, at) => ({ n: start + at + 1, t }));
      return lines.length > 0 ? lines : [{ n: 1, t: "no content" }];
    },
  },
  {
    method: "DELETE",
    path: "/nodes/{node}/tasks/{upid}",
    params: {},
    run(call) {
      ownTask(call).abort.abort();
      return null;
    },
  },
];

function ownTask({ tasks, params, principal }: FakeCall): FakeTask {
  const task = tasks.find(params.node ?? "", params.upid ?? "");
  if (task.user !== principal.name && !mayDo(principal, `/nodes/${task.node}`, "Sys.Audit")) throw new FakeError(403, `Permission check failed (/nodes/${task.node}, Sys.Audit)`);
  return task;
}

function taskFacts({ upid, node, type, id, user, starttime }: FakeTask) {
  const [, , pid, pstart] = upid.split(":");
  return { upid, node, type, id, user, starttime, pid: Number.parseInt(pid ?? "0", 16), pstart: Number.parseInt(pstart ?? "0", 16) };
}

function taskRow(task: FakeTask): object {
  return { ...taskFacts(task), ...(task.endtime === null ? { status: "RUNNING" } : { endtime: task.endtime, status: task.exit ?? "" }) };
}

/** What pvestatd has noticed lately, over the list of configurations, which is always of now. */
const noticed = new WeakMap<FakeState, { at: number; rows: Map<number, object> }>();

function resources({ state, params, principal }: FakeCall): object[] {
  if (params.type !== undefined && params.type !== "vm") return [];
  let seen = noticed.get(state);
  if (!seen || Date.now() - seen.at >= state.pace.stale) {
    seen = { at: Date.now(), rows: new Map([...state.vms.values()].map((vm) => [vm.vmid, currentOf(vm, false)])) };
    noticed.set(state, seen);
  }
  return [...state.vms.values()]
    .filter((vm) => mayDo(principal, `/vms/${vm.vmid}`, "VM.Audit"))
    .map((vm) => {
      const { cpus: maxcpu, template: _template, ...row } = { cpus: 1, template: 0, status: "unknown", ...seen.rows.get(vm.vmid) };
      return {
        ...row,
        id: `qemu/${vm.vmid}`,
        type: "qemu",
        vmid: vm.vmid,
        node: vm.node,
        maxcpu,
        template: vm.template ? 1 : 0,
        ...(vm.config.tags === undefined ? {} : { tags: vm.config.tags }),
        ...(vm.config.lock === undefined ? {} : { lock: vm.config.lock }),
      };
    });
}

