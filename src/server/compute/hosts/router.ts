import { z } from "zod";
import * as schema from "#shared/compute/hosts.ts";
import { answer, platform, router } from "#server/trpc/init.ts";
import { adoptChoices, adoptFinding } from "./adopt.ts";
import { ignoreFinding, listFindings, removeFinding } from "./findings.ts";
import { deleteHost, getHost, listHosts, listHostVms } from "./hosts.ts";
import { createHost, setHostStatus, testHost, testStoredHost, updateHost } from "./save-host.ts";

const read = () => platform("platform:hosts:read");
const write = () => platform("platform:hosts:write");

type Method = "GET" | "POST" | "PATCH" | "DELETE";

function admin(method: Method, path: string, summary: string, successStatus: 200 | 201 | 204 = 200) {
  return { route: { method, path: `/admin${path}`, successStatus, tags: ["Administration: hosts"], summary } } as const;
}

export const hostsRouter = router({
  list: read().meta(admin("GET", "/hosts", "Hosts with their health and capacity")).input(schema.hostListInput).output(answer(schema.hostListOutput)).query(({ ctx, input }) => listHosts(ctx.rt, input)),
  get: read().meta(admin("GET", "/hosts/{id}", "One host; of its credentials only which are set")).input(schema.hostIdInput).output(answer(schema.hostDetailOutput)).query(({ ctx, input }) => getHost(ctx.rt, input.id)),
  vms: read().meta(admin("GET", "/hosts/{id}/vms", "The VMs of a host")).input(schema.hostVmListInput).output(answer(schema.hostVmListOutput)).query(({ ctx, input }) => listHostVms(ctx.rt, input)),
  create: write()
    .meta(admin("POST", "/hosts", "Connect a host: it is asked first, unless saved under maintenance", 201))
    .input(schema.hostCreateInput)
    .output(answer(schema.hostDetailOutput))
    .mutation(({ ctx, input }) => createHost(ctx.rt, ctx.actor, input)),
  update: write()
    .meta(admin("PATCH", "/hosts/{id}", "Change a host; what is left out stays"))
    .input(schema.hostUpdateInput)
    .output(answer(schema.hostDetailOutput))
    .mutation(({ ctx, input }) => updateHost(ctx.rt, ctx.actor, input)),
  delete: write().meta(admin("DELETE", "/hosts/{id}", "Forget a host without VMs", 204)).input(schema.hostIdInput).output(answer(z.void())).mutation(({ ctx, input }) => deleteHost(ctx.rt, ctx.actor, input.id)),
  setStatus: write()
    .meta(admin("POST", "/hosts/{id}/status", "active, draining (no new VMs) or maintenance (nothing is asked of it)"))
    .input(schema.hostStatusInput)
    .output(answer(schema.hostDetailOutput))
    .mutation(({ ctx, input }) => setHostStatus(ctx.rt, ctx.actor, input)),
  test: write()
    .meta(admin("POST", "/hosts/test", "Connect with values that are not saved"))
    .input(schema.hostTestInput)
    .output(answer(schema.hostTestOutput))
    .mutation(({ ctx, input }) => testHost(ctx.rt, input)),
  testStored: write()
    .meta(admin("POST", "/hosts/{id}/test", "Connect with what is stored"))
    .input(schema.hostIdInput)
    .output(answer(schema.hostTestOutput))
    .mutation(({ ctx, input }) => testStoredHost(ctx.rt, input.id)),
  findings: read()
    .meta(admin("GET", "/findings", "VMs that are on a host and not known here, or the other way round"))
    .input(schema.findingListInput)
    .output(answer(schema.findingListOutput))
    .query(({ ctx, input }) => listFindings(ctx.rt, input)),
  /** For the dialog of `adopt`. */
  adoptChoices: write().input(schema.adoptChoicesInput).output(answer(schema.adoptChoicesOutput)).query(({ ctx, input }) => adoptChoices(ctx.rt, input.organizationId)),
  adopt: write()
    .meta(admin("POST", "/findings/{id}/adopt", "Give a found VM to an organization; it is charged from now on", 201))
    .input(schema.findingAdoptInput)
    .output(answer(schema.findingAdoptOutput))
    .mutation(({ ctx, input }) => adoptFinding(ctx.rt, ctx.actor, input)),
  remove: write()
    .meta(admin("POST", "/findings/{id}/remove", "Destroy a found VM on its host"))
    .input(schema.findingRemoveInput)
    .output(answer(schema.findingOutput))
    .mutation(({ ctx, input }) => removeFinding(ctx.rt, ctx.actor, input)),
  ignore: write()
    .meta(admin("POST", "/findings/{id}/ignore", "Put a finding aside, or back"))
    .input(schema.findingIgnoreInput)
    .output(answer(schema.findingOutput))
    .mutation(({ ctx, input }) => ignoreFinding(ctx.rt, ctx.actor, input)),
});
