import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { machineDetailOutput, onboardingSaveInput, onboardingStartInput } from "#shared/machines/schema.ts";
import { WIZARD_STEPS, type WizardStep } from "#shared/machines/states.ts";
import type { Actor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Machine, Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { deleteRulesOfMachine } from "./alerts/rules-repository.ts";
import { publishConfiguration, requireSendable } from "./configuration/configuration.ts";
import { getMachine } from "./machines.ts";
import { deleteMachine, hasOrders, insertMachine, lockMachine, updateMachine } from "./machines-repository.ts";
import { planogramSlots } from "./planogram.ts";
import { findSettings } from "./planogram/slots-repository.ts";
import { writeSlots } from "./planogram/write-slots.ts";
import { freeSlugOf, slugOf } from "./slug.ts";

type MachineDetail = z.output<typeof machineDetailOutput>;
type SaveInput = z.output<typeof onboardingSaveInput>;

/** Begins the wizard: a draft with a slug of its own. @throws AppError NOT_FOUND for the organization */
export async function startOnboarding(rt: Runtime, actor: Actor, input: z.output<typeof onboardingStartInput> & { simulated?: boolean }): Promise<MachineDetail> {
  if (!(await namesOfOrganizations(rt, [input.organizationId])).has(input.organizationId)) throw notFound("organization");
  const { organizationId, name, notes, simulated = false } = input;
  const id = await transact(rt, (tx) => insertDraft(tx, actor, { organizationId, name, notes, wizardStep: "details", settings: { simulated }, at: rt.clock.now() }));
  return getMachine(rt, "platform", id);
}

interface NewDraft {
  organizationId: string;
  name: string;
  notes: string;
  /** where the wizard is to go on */
  wizardStep: WizardStep;
  settings: Pick<Prisma.MachineCreateManyInput, "simulated" | "templateId" | "heartbeatSeconds" | "networkKind" | "wifiSsid" | "timezone" | "salesOpen" | "clonedFromId">;
  at: Date;
}

/** A draft with a slug of its own, announced. @returns its id */
export async function insertDraft(tx: Tx, actor: Actor, { organizationId, name, notes, wizardStep, settings, at }: NewDraft): Promise<string> {
  const id = newId("machine");
  const machine = { id, organizationId, name, notes, status: "draft", wizardStep, ...settings, createdById: actor.kind === "user" ? actor.userId : null, createdAt: at, updatedAt: at };
  const inserted = (await insertMachine(tx, { ...machine, slug: slugOf(name) })) || (await insertMachine(tx, { ...machine, slug: freeSlugOf(name) }));
  if (!inserted) throw new AppError("CONFLICT", "Machines of this name were made at the same moment; try again.");
  await publish(tx, { type: "machine.created", subject: id, organizationId, data: { machineId: id }, at });
  const { clonedFromId } = settings;
  await recordAudit(tx, actor, { action: "machine.create", subjectType: "machine", subjectId: id, organizationId, after: { name, ...(clonedFromId ? { clonedFromId } : {}) }, at });
  return id;
}

/**
 * Saves one or more steps of the wizard and where it is to resume. Planogram and network can change until the device has claimed the machine.
 * @throws AppError NOT_FOUND, INVALID_STATE when it is too late or a step is not yet possible, INVALID_REQUEST for slots that don't fit
 */
export async function saveOnboarding(rt: Runtime, actor: Actor, input: SaveInput): Promise<MachineDetail> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const machine = await lockMachine(tx, input.id);
    if (!machine) throw notFound("machine");
    if (machine.status === "decommissioned") throw new AppError("INVALID_STATE", "The machine is decommissioned.", { state: machine.status });
    if ((input.planogram || input.network) && machine.claimedAt) {
      throw new AppError("INVALID_STATE", "A device has claimed this machine already: its slots and network can no longer be changed here.", { state: machine.status });
    }
    if (needsPlanogram(input.step) && !machine.templateId && !input.planogram) {
      throw new AppError("INVALID_STATE", "Choose the template and the slots first.", { state: machine.wizardStep });
    }
    const data = await changes(tx, machine, input, { actorId: actor.kind === "user" ? actor.userId : null, at });
    await updateMachine(tx, machine.id, { ...data, wizardStep: input.step, updatedAt: at });
    // Before a device is there to which it would be too much.
    if (input.planogram) await requireSendable(tx, machine.id);
    if (input.planogram || input.network || (input.location && input.location.timezone !== machine.timezone)) await publishConfiguration(tx, machine.id, at);
    await publish(tx, { type: "machine.updated", subject: machine.id, organizationId: machine.organizationId, data: { machineId: machine.id }, at });
    const { planogram, id: _id, ...after } = input;
    await recordAudit(tx, actor, {
      action: "machine.update",
      subjectType: "machine",
      subjectId: machine.id,
      organizationId: machine.organizationId,
      before: { step: machine.wizardStep },
      after: JSON.parse(JSON.stringify({ ...after, ...(planogram ? { templateId: planogram.templateId, slots: planogram.slots.length } : {}) })) as Prisma.InputJsonObject,
      at,
    });
  });
  rt.signals.send("downlinks");
  return getMachine(rt, "platform", input.id);
}

/** Deletes a machine that no device has claimed yet and nobody has bought from. @throws AppError NOT_FOUND, INVALID_STATE */
export async function discardDraft(rt: Runtime, actor: Actor, id: string): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const machine = await lockMachine(tx, id);
    if (!machine) throw notFound("machine");
    if (machine.claimedAt) throw new AppError("INVALID_STATE", "A device has claimed this machine; it can no longer be discarded.", { state: machine.status });
    // An import brings drafts with what they have sold.
    if (await hasOrders(tx, id)) throw new AppError("INVALID_STATE", "There are orders of this machine; it can no longer be discarded.", { state: machine.status });
    await deleteRulesOfMachine(tx, id, at);
    await deleteMachine(tx, id);
    await publish(tx, { type: "machine.updated", subject: id, organizationId: machine.organizationId, data: { machineId: id }, at });
    await recordAudit(tx, actor, { action: "machine.discard", subjectType: "machine", subjectId: id, organizationId: machine.organizationId, before: { name: machine.name }, at });
  });
}

async function changes(tx: Tx, machine: Machine, input: SaveInput, by: { actorId: string | null; at: Date }): Promise<Prisma.MachineUncheckedUpdateInput> {
  const data: Prisma.MachineUncheckedUpdateInput = { ...input.details, ...input.location };
  if (input.planogram) {
    const before = await findSettings(tx, machine.id);
    // Another kind of machine begins anew.
    const { template, slots } = await planogramSlots(tx, machine.organizationId, input.planogram, (chosen) => (chosen.id === machine.templateId ? before : new Map()));
    await writeSlots(tx, machine.id, slots, { whole: true, ...by });
    data.templateId = template.id;
    // The template's interval is the default until the network step was saved.
    if (!machine.templateId) data.heartbeatSeconds = template.heartbeatSeconds;
  }
  if (input.network) {
    data.networkKind = input.network.kind;
    data.wifiSsid = input.network.kind === "wifi" ? input.network.wifiSsid : null;
    data.heartbeatSeconds = input.network.heartbeatSeconds;
  }
  return data;
}

function needsPlanogram(step: WizardStep): boolean {
  return WIZARD_STEPS.indexOf(step) > WIZARD_STEPS.indexOf("planogram");
}
