import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import type { SystemActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { issueClaim } from "./claims.ts";
import { brokerUrl } from "./claim-redeem.ts";
import { countSimulated, findSimulated } from "./machines-repository.ts";
import { saveOnboarding, startOnboarding } from "./onboarding.ts";
import { createProduct, listProducts } from "./products.ts";
import { findTemplateBySlug, upsertTemplate } from "./products-repository.ts";
import { BUILT_IN_TEMPLATES, templateSlots } from "./templates.ts";

const SEED: SystemActor = { kind: "system", name: "seed", requestId: "" };

/** Makes the built-in templates what the code says they are. */
export async function seedMachineTemplates(rt: Runtime): Promise<void> {
  for (const template of BUILT_IN_TEMPLATES) await upsertTemplate(rt, { id: newId("machineTemplate"), ...template, slots: [...template.slots] });
}

const PRODUCTS = [
  { name: "Sparkling water 0.5 l", sku: "WATER-05", price: "1800000" },
  { name: "Cola 0.33 l", sku: "COLA-033", price: "2200000" },
  { name: "Iced coffee", sku: "COFFEE-ICE", price: "3100000" },
  { name: "Salted crisps", sku: "CRISPS-SALT", price: "1900000" },
  { name: "Roasted almonds", sku: "ALMONDS", price: "2700000" },
  { name: "Dark chocolate 70 %", sku: "CHOCO-70", price: "2400000" },
  { name: "Protein bar", sku: "BAR-PROTEIN", price: "2900000" },
  { name: "USB-C charger", sku: "CHARGER-C", price: credits(15).toString() },
] as const;

const MACHINES = [
  { name: "Lobby snacks", template: "snack-6x8", wifiSsid: "hq-machines", address: "Linienstraße 12, 10178 Berlin", latitude: 52.5268, longitude: 13.4017, timezone: "Europe/Berlin" },
  { name: "Gate 4 cooler", template: "drinks-5x6", wifiSsid: "station-iot", address: "Europaplatz 1, 10557 Berlin", latitude: 52.5251, longitude: 13.3694, timezone: "Europe/Berlin" },
  { name: "Seoul pick-up wall", template: "locker-24", wifiSsid: "lab-iot", address: "67 Sejong-daero, Jung-gu, Seoul", latitude: 37.5599, longitude: 126.9753, timezone: "Asia/Seoul" },
] as const;

/** The demo's machines, taken through the same wizard as any other, up to the claim, which their simulated devices make themselves. */
export async function seedDemoMachines(rt: Runtime, owner: { organizationId: string }, count: number): Promise<void> {
  const { organizationId } = owner;
  const products = new Map((await listProducts(rt, organizationId, { withArchived: true })).data.map((product) => [product.sku, product.id]));
  for (const product of PRODUCTS) {
    if (!products.has(product.sku)) products.set(product.sku, (await createProduct(rt, SEED, { organizationId, ...product })).id);
  }
  for (let index = await countSimulated(rt, organizationId); index < count; index += 1) {
    await onboard(rt, organizationId, index, [...products.values()]);
  }
}

/** The simulated machines, each with the broker's present address and a way to a new claim token for the device that has no credentials yet. */
export async function demoClaims(rt: Runtime): Promise<{ machineId: string; brokerUrl: string; token: () => Promise<string> }[]> {
  const machines = await findSimulated(rt);
  return machines.map((machine) => ({
    machineId: machine.id,
    brokerUrl: brokerUrl(rt.config),
    token: async () => (await issueClaim(rt, SEED, { id: machine.id, medium: "screen" })).token,
  }));
}

async function onboard(rt: Runtime, organizationId: string, index: number, products: readonly string[]): Promise<void> {
  const kind = MACHINES[index % MACHINES.length] ?? MACHINES[0];
  const template = await findTemplateBySlug(rt, kind.template);
  if (!template) throw new Error(`the template ${kind.template} was not seeded`);
  const name = index < MACHINES.length ? kind.name : `${kind.name} ${Math.floor(index / MACHINES.length) + 1}`;
  const machine = await startOnboarding(rt, SEED, { organizationId, name, notes: "", simulated: true });
  const { address, latitude, longitude, timezone } = kind;
  await saveOnboarding(rt, SEED, { id: machine.id, step: "planogram", location: { address, latitude, longitude, timezone } });
  const slots = templateSlots(template.slots).map((slot, place) => ({
    code: slot.code,
    productId: products[(place + index) % products.length] ?? null,
    // Up to four ninths are sold; nothing is empty yet, or the demo began with an alert.
    count: slot.capacity - Math.floor((slot.capacity * ((place * 7 + index * 3) % 5)) / 9),
    price: null,
  }));
  await saveOnboarding(rt, SEED, { id: machine.id, step: "network", planogram: { templateId: template.id, slots } });
  await saveOnboarding(rt, SEED, { id: machine.id, step: "label", network: { kind: "wifi", wifiSsid: kind.wifiSsid, heartbeatSeconds: 15 } });
  // A machine that awaits its device; the token is worthless once the device asks for its own.
  await issueClaim(rt, SEED, { id: machine.id, medium: "screen" });
  await saveOnboarding(rt, SEED, { id: machine.id, step: "live" });
}
