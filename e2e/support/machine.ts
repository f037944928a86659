import { randomBytes } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { signInAs } from "./sign-in.ts";

/** A machine of its own for a test, with two products in it; the administrator who made it is signed in on `page`. */
export interface TestMachine {
  id: string;
  slug: string;
  organizationId: string;
  /** in its name, and at the end of its products' SKUs: WATER-…, JUICE-… */
  mark: string;
  /** for its device */
  token: string;
  /** puts it on the map */
  locate(latitude: number, longitude: number): Promise<void>;
  setPrice(slot: string, micro: string): Promise<void>;
}

interface Planogram {
  configVersion: number;
  slots: { code: string; capacity: number; par: number | null; mechanism: string; productId: string | null }[];
}

/** Makes a machine that waits for its device: Water in A1 at 1.50, Juice in A2 at 2.00, three of each. */
export async function makeMachine(page: Page, baseURL: string): Promise<TestMachine> {
  await signInAs(page, "Administrator");
  const ask = async <T>(name: string, input?: object): Promise<T> => read<T>(await page.request.get(`/trpc/machines.admin.${name}${input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ""}`));
  const tell = async <T>(name: string, data: unknown): Promise<T> => read<T>(await page.request.post(`/trpc/machines.admin.${name}`, { data, headers: { origin: baseURL } }));
  const mark = randomBytes(4).toString("hex");
  const [first] = (await ask<{ data: { organizationId: string }[] }>("list", {})).data;
  if (!first) throw new Error("the demo has no machine");
  const { organizationId } = first;
  const { id, slug } = await tell<{ id: string; slug: string }>("start", { organizationId, name: `Stall ${mark}` });
  const product = (name: string, price: string) => tell<{ id: string }>("createProduct", { organizationId, name, sku: `${name}-${mark}`, price });
  const [water, juice] = [await product("Water", "1500000"), await product("Juice", "2000000")];
  const template = (await ask<{ data: { id: string; slug: string }[] }>("templates")).data.find((each) => each.slug === "drinks-5x6");
  const slots = [water, juice].map((each, index) => ({ code: `A${index + 1}`, productId: each.id, count: 3, price: null }));
  await tell("save", { id, step: "network", planogram: { templateId: template?.id, slots } });
  await tell("save", { id, step: "label", network: { kind: "wifi", wifiSsid: "stall", heartbeatSeconds: 5 } });
  const { token } = await tell<{ token: string }>("issueClaim", { id });
  return {
    id,
    slug,
    organizationId,
    mark,
    token,
    async locate(latitude, longitude) {
      await tell("save", { id, step: "label", location: { address: "", latitude, longitude, timezone: "UTC" } });
    },
    async setPrice(code, price) {
      const { configVersion, slots: present } = await ask<Planogram>("planogram.get", { id });
      const slot = present.find((each) => each.code === code);
      const { capacity, par, mechanism, productId } = slot ?? {};
      await tell("planogram.save", { id, expectedVersion: configVersion, slots: [{ code, capacity, par, mechanism, productId, price, enabled: true }] });
    },
  };
}

async function read<T>(response: { status(): number; json(): Promise<unknown> }): Promise<T> {
  const body = (await response.json()) as { result?: { data: T } };
  expect(body.result, JSON.stringify(body)).toBeDefined();
  return (body.result as { data: T }).data;
}
