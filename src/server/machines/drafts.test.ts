import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draftListInput, draftListOutput } from "#shared/machines/schema.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { issueClaim } from "./claims.ts";
import { listDrafts } from "./drafts.ts";
import { discardDraft, saveOnboarding, startOnboarding } from "./onboarding.ts";
import { alertsOf, bareRule } from "./testing/alert-fixtures.ts";
import { givenMachine, TESTER } from "./testing/fixtures.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

const drafts = async (input: object = {}) => draftListOutput.parse(await listDrafts(rt, draftListInput.parse(input)));

describe("onboardings that were begun", () => {
  it("are listed with the step they go on at, who began them and when, the newest change first", async () => {
    const { actor, organizationId } = await makePerson(rt);
    const first = await startOnboarding(rt, actor, { organizationId, name: "First", notes: "" });
    const began = rt.clock.now().toISOString();
    rt.clock.advance(60_000);
    await startOnboarding(rt, TESTER, { organizationId, name: "Second", notes: "" });
    rt.clock.advance(60_000);
    await saveOnboarding(rt, actor, { id: first.id, step: "planogram", location: { address: "Here", latitude: null, longitude: null, timezone: "UTC" } });
    expect((await drafts()).data).toMatchObject([
      { name: "First", wizardStep: "planogram", slots: 0, startedBy: actor.name, startedAt: began, savedAt: rt.clock.now().toISOString() },
      { name: "Second", wizardStep: "details", startedBy: null },
    ]);
    expect(await drafts({ limit: 1, page: 2 })).toMatchObject({ data: [{ name: "Second" }], pagination: { total: 2 } });
  });

  it("are no longer, once they have their codes", async () => {
    const machine = await givenMachine(rt, { name: "Ready" });
    expect((await drafts()).data.map((draft) => draft.name)).toContain("Ready");
    await issueClaim(rt, TESTER, { id: machine.id, medium: "label" });
    expect((await drafts()).data.map((draft) => draft.name)).not.toContain("Ready");
  });

  it("leave nothing when they are discarded, but for the audit", async () => {
    const machine = await givenMachine(rt, { name: "Gone" });
    const ruleId = await bareRule(rt, { kind: "offline", forSeconds: 300 }, { organizationId: machine.organizationId, machineId: machine.id });
    await discardDraft(rt, TESTER, machine.id);
    const { prisma } = rt.db;
    const where = { where: { machineId: machine.id } };
    expect([await prisma.machine.count({ where: { id: machine.id } }), await prisma.slot.count(where), await prisma.stockMovement.count(where), await prisma.claimToken.count(where), (await alertsOf(rt, machine.id)).length]).toEqual([0, 0, 0, 0, 0]);
    expect(await prisma.alertRule.findUniqueOrThrow({ where: { id: ruleId } })).toMatchObject({ deletedAt: rt.clock.now() });
    expect(await prisma.auditEntry.findFirstOrThrow({ where: { subjectId: machine.id, action: "machine.discard" } })).toMatchObject({ before: { name: "Gone" }, organizationId: machine.organizationId });
    expect((await drafts()).data.map((draft) => draft.name)).not.toContain("Gone");
  });
});
