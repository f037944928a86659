import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { cloneSourcesInput, cloneSourcesOutput, machineCloneInput, machineDetailOutput } from "#shared/machines/schema.ts";
import type { Actor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { getMachine } from "./machines.ts";
import { findWithSlots, lockMachine } from "./machines-repository.ts";
import { insertDraft } from "./onboarding.ts";
import { findPlanogram, soldProductIds } from "./planogram/slots-repository.ts";
import { type SlotPlan, writeSlots } from "./planogram/write-slots.ts";

const SOURCES_SHOWN = 20;

/** The organization's machines that can be copied, by name or address. */
export async function listCloneSources(rt: Runtime, { organizationId, search }: z.output<typeof cloneSourcesInput>): Promise<z.output<typeof cloneSourcesOutput>> {
  return { data: await findWithSlots(rt, organizationId, search || undefined, SOURCES_SHOWN) };
}

/**
 * Begins the wizard with what another machine is set to: its kind, slots, products, prices, pars, network, heartbeat and time zone. What is that one's own is not copied: address,
 * place and notes, its slug, codes and credentials, its device and what that reported, its stock (all counts begin at zero), orders and alerts. A product that is no longer sold leaves
 * its slot empty; a slot that only failures took out of sale is for sale.
 * @throws AppError NOT_FOUND, INVALID_STATE when it has no slots yet, INVALID_REQUEST when it is another organization's than the one the copy is for
 */
export async function cloneMachine(rt: Runtime, actor: Actor, input: z.output<typeof machineCloneInput>): Promise<z.output<typeof machineDetailOutput>> {
  const at = rt.clock.now();
  const id = await transact(rt, async (tx) => {
    const source = await lockMachine(tx, input.sourceId);
    const planogram = await findPlanogram(tx, "platform", input.sourceId);
    if (!source || !planogram) throw notFound("machine");
    if (source.organizationId !== input.organizationId) {
      throw new AppError("INVALID_REQUEST", "The machine to copy belongs to another organization: its slots hold that organization's products.", {
        reason: "other_organization",
        details: [{ field: "sourceId", message: "belongs to another organization" }],
      });
    }
    if (planogram.slots.length === 0) throw new AppError("INVALID_STATE", "This machine has no slots yet: there is nothing to copy.", { state: source.wizardStep });
    const sold = await soldProductIds(tx, source.organizationId, planogram.slots.flatMap((slot) => slot.productId ?? []));
    const { templateId, heartbeatSeconds, networkKind, wifiSsid, timezone, salesOpen } = source;
    const draftId = await insertDraft(tx, actor, {
      organizationId: source.organizationId,
      name: input.name,
      notes: input.notes,
      wizardStep: "location",
      settings: { templateId, heartbeatSeconds, networkKind, wifiSsid, timezone, salesOpen, clonedFromId: source.id },
      at,
    });
    const slots = planogram.slots.map((slot): SlotPlan => {
      const { code, row, column, capacity, par, mechanism } = slot;
      const filled = slot.productId !== null && sold.has(slot.productId);
      return { code, row, column, capacity, par, mechanism, productId: filled ? slot.productId : null, price: filled ? slot.price : null, disabledReason: slot.disabledReason === "manual" ? "manual" : null, count: null };
    });
    await writeSlots(tx, draftId, slots, { whole: true, actorId: actor.kind === "user" ? actor.userId : null, at });
    return draftId;
  });
  return getMachine(rt, "platform", id);
}
