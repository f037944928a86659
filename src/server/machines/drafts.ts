import type { z } from "zod";
import type { draftListInput, draftListOutput } from "#shared/machines/schema.ts";
import type { WizardStep } from "#shared/machines/states.ts";
import { pagination } from "#shared/schema.ts";
import { namesOfOrganizations, namesOfUsers } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findDrafts } from "./drafts-repository.ts";

/** Machines whose onboarding was begun and not brought to their codes, the one that was worked on last first. */
export async function listDrafts(rt: Runtime, input: z.output<typeof draftListInput>): Promise<z.output<typeof draftListOutput>> {
  const { rows, total } = await findDrafts(rt, { limit: input.limit, offset: (input.page - 1) * input.limit });
  const unique = (ids: readonly (string | null)[]): string[] => [...new Set(ids.flatMap((id) => id ?? []))];
  const [organizations, people] = await Promise.all([namesOfOrganizations(rt, unique(rows.map((row) => row.organizationId))), namesOfUsers(rt, unique(rows.map((row) => row.createdById)))]);
  return {
    data: rows.map((row) => ({
      id: row.id,
      name: row.name,
      organizationName: organizations.get(row.organizationId) ?? "",
      // The column holds only what our own code writes from this list.
      wizardStep: row.wizardStep as WizardStep,
      slots: row._count.slots,
      startedBy: row.createdById === null ? null : (people.get(row.createdById) ?? null),
      startedAt: row.createdAt.toISOString(),
      savedAt: row.updatedAt.toISOString(),
    })),
    pagination: pagination(input, total),
  };
}
