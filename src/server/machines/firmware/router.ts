import { z } from "zod";
import * as firmware from "#shared/machines/firmware.ts";
import * as rollouts from "#shared/machines/rollouts.ts";
import { machineIdInput } from "#shared/machines/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { changeFirmware, getFirmware, listFirmware } from "./firmware.ts";
import { describeFirmwareKey } from "./firmware-key.ts";
import { listMachineUpdates, listRolloutMachines, retryMachine, skipMachine } from "./rollout-machines.ts";
import { describeRollout, listRollouts, previewRollout } from "./rollout-views.ts";
import { abortRollout, changeRollout, createRollout, discardRollout, pauseRollout, resumeRollout, startRollout } from "./rollouts.ts";

const read = () => platform("platform:firmware:read");
const write = () => platform("platform:firmware:write");

type Method = "GET" | "POST" | "PATCH" | "DELETE";

function route(method: Method, path: string, summary: string, successStatus: 200 | 201 | 204 = 200) {
  return { route: { method, path: `/admin${path}`, successStatus, tags: ["Administration: firmware"], summary } } as const;
}

const updates = answer(z.object({ data: z.array(rollouts.machineUpdateOutput) }));

const rolloutsRouter = router({
  list: read().meta(route("GET", "/rollouts", "Rollouts of firmware, newest first")).input(rollouts.rolloutListInput).output(answer(rollouts.rolloutListOutput)).query(({ ctx, input }) => listRollouts(ctx.rt, input)),
  get: read().meta(route("GET", "/rollouts/{id}", "A rollout with its steps")).input(rollouts.rolloutIdInput).output(answer(rollouts.rolloutDetailOutput)).query(({ ctx, input }) => describeRollout(ctx.rt, input.id)),
  machines: read()
    .meta(route("GET", "/rollouts/{id}/machines", "The machines of a rollout, with how far each is and what it waits for"))
    .input(rollouts.rolloutMachineListInput)
    .output(answer(rollouts.rolloutMachineListOutput))
    .query(({ ctx, input }) => listRolloutMachines(ctx.rt, input)),
  /** A query by what it does; its input is too large for an address. */
  preview: read().meta(route("POST", "/rollouts/preview", "How many machines a target comes to")).input(rollouts.rolloutPreviewInput).output(answer(rollouts.rolloutPreviewOutput)).mutation(({ ctx, input }) => previewRollout(ctx.rt, input)),
  create: write()
    .meta(route("POST", "/rollouts", "Plan a rollout; nothing happens before it is started", 201))
    .input(rollouts.rolloutCreateInput)
    .output(answer(rollouts.rolloutDetailOutput))
    .mutation(({ ctx, input }) => createRollout(ctx.rt, ctx.actor, input)),
  update: write().meta(route("PATCH", "/rollouts/{id}", "Change a draft")).input(rollouts.rolloutUpdateInput).output(answer(rollouts.rolloutDetailOutput)).mutation(({ ctx, input }) => changeRollout(ctx.rt, ctx.actor, input)),
  discard: write().meta(route("DELETE", "/rollouts/{id}", "Remove a draft", 204)).input(rollouts.rolloutIdInput).output(answer(z.void())).mutation(({ ctx, input }) => discardRollout(ctx.rt, ctx.actor, input.id)),
  start: write()
    .meta(route("POST", "/rollouts/{id}/start", "Start: from here on it is fixed which machines it is for"))
    .input(rollouts.rolloutIdInput)
    .output(answer(rollouts.rolloutDetailOutput))
    .mutation(({ ctx, input }) => startRollout(ctx.rt, ctx.actor, input.id)),
  pause: write()
    .meta(route("POST", "/rollouts/{id}/pause", "Offer to no more machines; what is under way goes on"))
    .input(rollouts.rolloutIdInput)
    .output(answer(rollouts.rolloutDetailOutput))
    .mutation(({ ctx, input }) => pauseRollout(ctx.rt, ctx.actor, input.id)),
  resume: write()
    .meta(route("POST", "/rollouts/{id}/resume", "Go on; failures up to now no longer count"))
    .input(rollouts.rolloutIdInput)
    .output(answer(rollouts.rolloutDetailOutput))
    .mutation(({ ctx, input }) => resumeRollout(ctx.rt, ctx.actor, input.id)),
  abort: write()
    .meta(route("POST", "/rollouts/{id}/abort", "End it for good: downloads are cut off"))
    .input(rollouts.rolloutIdInput)
    .output(answer(rollouts.rolloutDetailOutput))
    .mutation(({ ctx, input }) => abortRollout(ctx.rt, ctx.actor, input.id)),
  retryMachine: write()
    .meta(route("POST", "/rollouts/{id}/machines/{machine_id}/retry", "Offer once more to a machine that failed, rolled back or was left out", 204))
    .input(rollouts.rolloutMachineInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => retryMachine(ctx.rt, ctx.actor, input)),
  skipMachine: write()
    .meta(route("POST", "/rollouts/{id}/machines/{machine_id}/skip", "Leave a machine out", 204))
    .input(rollouts.rolloutMachineInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => skipMachine(ctx.rt, ctx.actor, input)),
});

/** Uploads and downloads are files and go over HTTP (http/firmware-files.ts). */
export const firmwareRouter = router({
  list: read().meta(route("GET", "/firmware", "Firmware, newest first")).input(firmware.firmwareListInput).output(answer(firmware.firmwareListOutput)).query(({ ctx, input }) => listFirmware(ctx.rt, input)),
  get: read().meta(route("GET", "/firmware/{id}", "A firmware with its signed manifest")).input(firmware.firmwareIdInput).output(answer(firmware.firmwareDetailOutput)).query(({ ctx, input }) => getFirmware(ctx.rt, input.id)),
  update: write().meta(route("PATCH", "/firmware/{id}", "Change the notes, archive or bring back")).input(firmware.firmwareUpdateInput).output(answer(firmware.firmwareOutput)).mutation(({ ctx, input }) => changeFirmware(ctx.rt, ctx.actor, input)),
  key: read().meta(route("GET", "/firmware/key", "The public key that devices pin")).output(answer(firmware.firmwareKeyOutput)).query(({ ctx }) => describeFirmwareKey(ctx.rt)),
  rollouts: rolloutsRouter,
});

export const machineUpdates = member("machine:read")
  .meta({ route: { method: "GET", path: "/machines/{id}/updates", tags: ["Machines"], summary: "The firmware that a machine was and is offered, newest first" } })
  .input(machineIdInput)
  .output(updates)
  .query(({ ctx, input }) => listMachineUpdates(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id));

export const anyMachineUpdates = platform("platform:machines:read")
  .meta({ route: { method: "GET", path: "/admin/machines/{id}/updates", tags: ["Administration: firmware"], summary: "The firmware that one of all machines was and is offered" } })
  .input(machineIdInput)
  .output(updates)
  .query(({ ctx, input }) => listMachineUpdates(ctx.rt, "platform", input.id));
