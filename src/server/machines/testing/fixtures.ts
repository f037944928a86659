import { newId } from "#shared/ids.ts";
import type { SystemActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { issueClaim } from "../claims.ts";
import { redeemClaim } from "../claim-redeem.ts";
import { saveOnboarding, startOnboarding } from "../onboarding.ts";
import { createProduct } from "../products.ts";
import { findTemplateBySlug } from "../products-repository.ts";
import { seedMachineTemplates } from "../seed.ts";

export const TESTER: SystemActor = { kind: "system", name: "test", requestId: "req-test" };

/** An organization without people. */
export async function givenOrganization(rt: Runtime): Promise<string> {
  const id = newId("organization");
  await rt.db.prisma.organization.create({ data: { id, name: "Test & Sons", createdAt: rt.clock.now() } });
  return id;
}

export interface GivenMachine {
  id: string;
  organizationId: string;
  templateId: string;
  productId: string;
}

/** A machine taken through the wizard up to its label. */
export async function givenMachine(rt: Runtime, options: { organizationId?: string; name?: string } = {}): Promise<GivenMachine> {
  await seedMachineTemplates(rt);
  const organizationId = options.organizationId ?? (await givenOrganization(rt));
  const template = await findTemplateBySlug(rt, "snack-6x8");
  if (!template) throw new Error("no template");
  const product = await createProduct(rt, TESTER, { organizationId, name: "Bar", sku: newId("product").slice(-20).toUpperCase(), price: "1500000" });
  const { id } = await startOnboarding(rt, TESTER, { organizationId, name: options.name ?? "Machine", notes: "" });
  await saveOnboarding(rt, TESTER, { id, step: "network", planogram: { templateId: template.id, slots: [{ code: "A1", productId: product.id, count: 5, price: null }] } });
  await saveOnboarding(rt, TESTER, { id, step: "label", network: { kind: "wifi", wifiSsid: 'the "lab", 2', heartbeatSeconds: 30 } });
  return { id, organizationId, templateId: template.id, productId: product.id };
}

export interface GivenDevice extends GivenMachine {
  username: string;
  password: string;
}

/** A machine with a device's credentials. */
export async function givenDevice(rt: Runtime, options: { organizationId?: string } = {}): Promise<GivenDevice> {
  const machine = await givenMachine(rt, options);
  const { mqtt } = await givenClaim(rt, machine.id);
  return { ...machine, username: mqtt.username, password: mqtt.password };
}

/** Issues a token and claims the machine with it. */
export async function givenClaim(rt: Runtime, id: string) {
  const { token } = await issueClaim(rt, TESTER, { id, medium: "screen" });
  return redeemClaim(rt, { ip: "192.0.2.1", requestId: "req-claim" }, claimBody(token));
}

export function claimBody(token: string) {
  return { token, hardware_id: "A0:B1:C2:D3:E4:F5", chip: "ESP32-S3", firmware_version: "1.0.0", boot_id: "boot0001" };
}
