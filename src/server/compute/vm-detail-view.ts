import type { z } from "zod";
import type { vmDetailOutput } from "#shared/compute/schema.ts";
import type { IpPool, Vm } from "#server/infra/prisma/client.ts";
import { GRACE_MS } from "./expiry/guard.ts";
import { nightFrom } from "./expiry/night.ts";

type Detail = z.infer<typeof vmDetailOutput>;

/** When the VM ends by itself, is stopped for that in its organization's night, and is deleted; null: it does not expire. */
export function expiryOf(vm: Pick<Vm, "expireAt" | "expiryStoppedAt">, timeZone: string): Detail["expiry"] {
  if (vm.expireAt === null) return null;
  const stoppedAt = vm.expiryStoppedAt;
  return {
    expireAt: vm.expireAt.toISOString(),
    stopAt: stoppedAt === null ? nightFrom(vm.expireAt, timeZone).toISOString() : null,
    stoppedAt: stoppedAt && stoppedAt.toISOString(),
    deleteAt: stoppedAt && new Date(stoppedAt.getTime() + GRACE_MS).toISOString(),
  };
}

/** The VM's one interface. */
export function interfaceOf(vm: Pick<Vm, "mac" | "privateIp">, addresses: readonly { address: string; pool: IpPool }[]): Detail["interfaces"][number] {
  return {
    mac: vm.mac,
    privateIp: vm.privateIp,
    addresses: addresses.map(({ address, pool }) => ({ address, family: pool.family === 6 ? 6 : 4, network: pool.network, gateway: pool.gateway, nameservers: pool.nameservers })),
  };
}
