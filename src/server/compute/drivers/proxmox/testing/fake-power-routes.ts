import { died, verificationFailed } from "./fake-errors.ts";
import { type FakeCall, type FakeRoute, integer } from "./fake-route.ts";
import { type FakeVm, mustBeUnlocked, vmOf, volumesOf } from "./fake-state.ts";
import { holding, pass } from "./fake-tasks.ts";

const VM = "/nodes/{node}/qemu/{vmid}";
const POWER = ["/vms/{vmid}", "VM.PowerMgmt"] as const;

const HA_TASKS: Readonly<Record<string, string>> = { qmstart: "hastart", qmstop: "hastop", qmshutdown: "hastop", qmigrate: "hamigrate" };

export const POWER_ROUTES: readonly FakeRoute[] = [
  { method: "GET", path: `${VM}/status/current`, params: {}, needs: ["/vms/{vmid}", "VM.Audit"], run: (call) => currentOf(vmHere(call), true) },
  {
    method: "POST",
    path: `${VM}/status/start`,
    params: { "timeout?": "integer" },
    needs: POWER,
    run: (call) => worker(call, "qmstart", async (vm, wait) => {
      if (vm.running) throw died(`VM ${vm.vmid} already running`);
      await wait(call.state.pace.power);
      switchOn(vm, call);
    }),
  },
  {
    method: "POST",
    path: `${VM}/status/stop`,
    params: { "timeout?": "integer", "keepActive?": "boolean", "overrule-shutdown?": "boolean" },
    needs: POWER,
    run(call) {
      if (vmHere(call).ha && call.params["overrule-shutdown"] === "1") throw verificationFailed({ "overrule-shutdown": "Not applicable for HA resources." });
      if (call.params["overrule-shutdown"] === "1") for (const task of call.tasks.active(integer(call, "vmid"), ["qmshutdown"])) task.abort.abort();
      return worker(call, "qmstop", async (vm, wait) => {
        await wait(call.state.pace.power);
        switchOff(vm);
      });
    },
  },
  {
    method: "POST",
    path: `${VM}/status/shutdown`,
    params: { "timeout?": "integer", "forceStop?": "boolean", "keepActive?": "boolean" },
    needs: POWER,
    run: (call) => worker(call, "qmshutdown", async (vm, wait) => {
      if (!vm.running) return;
      const patience = integer(call, "timeout") * 1_000;
      await wait(Math.min(call.state.pace.shutdown, patience));
      if (call.state.pace.shutdown > patience) throw died("VM quit/powerdown failed - got timeout");
      switchOff(vm);
    }),
  },
  { method: "POST", path: `${VM}/status/reset`, params: {}, needs: POWER, run: (call) => ofRunning(call, "qmreset", (vm) => Object.assign(vm, { resets: vm.resets + 1, agentAt: Date.now() + call.state.pace.boot })) },
  { method: "POST", path: `${VM}/status/suspend`, params: { "todisk?": "boolean" }, needs: POWER, run: (call) => ofRunning(call, "qmpause", (vm) => Object.assign(vm, { paused: true })) },
  { method: "POST", path: `${VM}/status/resume`, params: {}, needs: POWER, run: (call) => ofRunning(call, "qmresume", (vm) => Object.assign(vm, { paused: false })) },
];

export function vmHere(call: FakeCall): FakeVm {
  return vmOf(call.state, call.params.node ?? "", integer(call, "vmid"));
}

export function currentOf(vm: FakeVm, full: boolean): object {
  const disk = volumesOf(vm).find((each) => !each.cdrom);
  return {
    vmid: vm.vmid,
    ...(vm.config.name === undefined ? { name: `VM${vm.vmid}` } : { name: vm.config.name }),
    status: vm.running || vm.prelaunch ? "running" : "stopped",
    ...(full ? { qmpstatus: vm.running ? (vm.paused ? "paused" : "running") : vm.prelaunch ? "prelaunch" : "stopped" } : {}),
    ...(vm.config.lock === undefined ? {} : { lock: vm.config.lock }),
    ...(vm.config.tags === undefined ? {} : { tags: vm.config.tags }),
    ...(vm.template ? { template: 1 } : {}),
    cpus: Number(vm.config.cores ?? 1) * Number(vm.config.sockets ?? 1),
    maxmem: Number(vm.config.memory ?? 512) * 1024 ** 2,
    maxdisk: disk?.bytes ?? 0,
    cpu: vm.running ? 0.25 : 0,
    mem: vm.running ? 200 * 1024 ** 2 : 0,
    uptime: vm.running ? Math.floor((Date.now() - vm.startedAt) / 1000) : 0,
    ...vm.counters,
    ...(full ? { ha: { managed: vm.ha ? 1 : 0 } } : {}),
  };
}

export function switchOn(vm: FakeVm, call: Pick<FakeCall, "state">): void {
  Object.assign(vm.config, vm.pending);
  Object.assign(vm, { pending: {}, running: true, paused: false, startedAt: Date.now(), agentAt: Date.now() + call.state.pace.boot });
}

export function switchOff(vm: FakeVm): void {
  Object.assign(vm, { running: false, paused: false });
}

/** What every worker on a VM does: it checks the lock in the call, and takes the lock file in the task. */
export function worker(call: FakeCall, type: string, work: (vm: FakeVm, wait: (ms: number) => Promise<void>, log: (line: string) => void) => Promise<void>, except: readonly string[] = []): string {
  const vm = vmHere(call);
  mustBeUnlocked(vm, except);
  const requested = vm.ha ? HA_TASKS[type] : undefined;
  if (requested !== undefined) {
    return call.tasks.run(vm.node, requested, vm.vmid, call.principal.name, async (task) => {
      task.log.push(`Requesting HA for VM ${vm.vmid}`);
      setTimeout(() => call.tasks.run(vm.node, type, vm.vmid, "root@pam", (own) => holding(call.state, vm, () => work(vm, (ms) => pass(own, ms), () => {}))), call.state.pace.ha);
    });
  }
  return call.tasks.run(vm.node, type, vm.vmid, call.principal.name, (task) =>
    holding(call.state, vm, async () => {
      if (call.state.vms.get(vm.vmid) !== vm) throw died(`Configuration file 'nodes/${vm.node}/qemu-server/${vm.vmid}.conf' does not exist`);
      await work(vm, (ms) => pass(task, ms), (line) => void task.log.push(line));
    }),
  );
}

function ofRunning(call: FakeCall, type: string, work: (vm: FakeVm) => unknown): string {
  if (!vmHere(call).running) throw died(`VM ${call.params.vmid} not running`);
  return worker(call, type, async (vm, wait) => {
    await wait(call.state.pace.power);
    work(vm);
  });
}
