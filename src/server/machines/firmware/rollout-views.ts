import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import {
  isOpen,
  type PauseReason,
  type rolloutDetailOutput,
  type rolloutListInput,
  type rolloutListOutput,
  type rolloutOutput,
  type rolloutPreviewInput,
  type rolloutPreviewOutput,
  rolloutSteps,
  rolloutTarget,
  updateWindow,
  type MachineReason,
} from "#shared/machines/rollouts.ts";
import type { RolloutStatus } from "#shared/machines/states.ts";
import { pagination } from "#shared/schema.ts";
import { namesOfOrganizations, namesOfUsers } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { getTemplate } from "../products-repository.ts";
import { findFirmware } from "./firmware-repository.ts";
import { countStates, findRollout, findRollouts, type RolloutRow, type StateCount } from "./rollout-repository.ts";
import { stepCounts } from "./step-counts.ts";
import { leftOut } from "./targets.ts";
import { findCandidates } from "./targets-repository.ts";

/** A page of rollouts, newest first. */
export async function listRollouts(rt: Runtime, input: z.output<typeof rolloutListInput>): Promise<z.output<typeof rolloutListOutput>> {
  const { rows, total } = await findRollouts(rt, { status: input.status, firmwareId: input.firmwareId, limit: input.limit, offset: (input.page - 1) * input.limit });
  const counts = await countStates(rt.db.prisma, rows.map((row) => row.id));
  return { data: rows.map((row) => summary(row, counts.filter((count) => count.rolloutId === row.id))), pagination: pagination(input, total) };
}

/** A rollout with its steps. @throws AppError NOT_FOUND */
export async function describeRollout(rt: Runtime, id: string): Promise<z.output<typeof rolloutDetailOutput>> {
  const row = await findRollout(rt.db.prisma, id);
  if (!row) throw notFound("rollout");
  const target = rolloutTarget.parse(row.target);
  const steps = rolloutSteps.parse(row.steps);
  const [counts, template, organizations, users] = await Promise.all([
    countStates(rt.db.prisma, [id]),
    target.templateId ? getTemplate(rt.db.prisma, target.templateId) : null,
    namesOfOrganizations(rt, target.organizationId ? [target.organizationId] : []),
    namesOfUsers(rt, row.createdById ? [row.createdById] : []),
  ]);
  return {
    ...summary(row, counts),
    target,
    templateName: template?.name ?? null,
    organizationName: organizations.get(target.organizationId ?? "") ?? null,
    steps: stepCounts(counts, steps.length).map((step, index) => ({ step: index, percent: steps[index - 1]?.percent ?? null, ...step })),
    successThreshold: row.successThreshold,
    failureThreshold: row.failureThreshold,
    window: updateWindow.nullable().parse(row.window),
    soakMinutes: row.soakMinutes,
    stepStartedAt: row.stepStartedAt?.toISOString() ?? null,
    stepMetAt: row.stepMetAt?.toISOString() ?? null,
    createdBy: users.get(row.createdById ?? "") ?? null,
  };
}

/** What a target would come to if it were started now. @throws AppError NOT_FOUND */
export async function previewRollout(rt: Runtime, input: z.output<typeof rolloutPreviewInput>): Promise<z.output<typeof rolloutPreviewOutput>> {
  const firmware = await findFirmware(rt.db.prisma, input.firmwareId);
  if (!firmware) throw notFound("firmware");
  const candidates = await findCandidates(rt.db.prisma, firmware, input.target);
  const skipped = new Map<MachineReason, number>();
  const taken = candidates.filter((candidate) => {
    const reason = leftOut(candidate, firmware);
    if (reason) skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    return reason === null;
  });
  return {
    machines: taken.length,
    online: taken.filter((candidate) => candidate.online).length,
    alreadyThere: taken.filter((candidate) => candidate.firmwareVersion === firmware.version).length,
    skipped: [...skipped].map(([reason, count]) => ({ reason, count })),
  };
}

function summary(row: RolloutRow, counts: readonly StateCount[]): z.output<typeof rolloutOutput> {
  const machines = { total: 0, succeeded: 0, failed: 0, skipped: 0, open: 0 };
  for (const { state, count } of counts) {
    machines.total += count;
    if (isOpen(state)) machines.open += count;
    else if (state === "succeeded" || state === "skipped") machines[state] += count;
    else machines.failed += count;
  }
  const { project, version, chip } = row.firmware;
  return {
    id: row.id, name: row.name, firmwareId: row.firmwareId, project, version, chip,
    // Both columns are written from these lists alone.
    status: row.status as RolloutStatus,
    statusReason: row.statusReason as PauseReason | null,
    step: row.step,
    stepCount: rolloutSteps.parse(row.steps).length,
    machines,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
