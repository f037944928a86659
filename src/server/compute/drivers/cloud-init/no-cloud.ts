import { createHash } from "node:crypto";
import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { GuestConfiguration } from "../driver.ts";
import { isoImage } from "./iso9660.ts";

/** What cloud-init finds on a disc named `cidata` (its data source NoCloud): https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html */
export interface NoCloudFiles {
  "meta-data": string;
  "user-data": string;
  /** null: the guest asks DHCP */
  "network-config": string | null;
}

/** @param mac of the interface that gets the addresses; null: the first whose name begins with e */
export function noCloudIso(guest: GuestConfiguration, mac: string | null = null): Buffer {
  const texts: Record<string, string | null> = { ...noCloudFiles(guest, mac) };
  const files = Object.entries(texts).flatMap(([name, text]) => (text === null ? [] : [{ name, content: Buffer.from(text) }]));
  return isoImage("cidata", files);
}

export function noCloudFiles(guest: GuestConfiguration, mac: string | null): NoCloudFiles {
  const userData = guest.userData === null ? cloudConfig(ours(guest)) : multipart(guest.userData, cloudConfig(ours(guest)));
  const network = networkConfig(guest, mac);
  const networkText = network === null ? null : `${JSON.stringify(network, null, 2)}\n`;
  // Another name for the guest means: this is new, do all of it at the next start.
  const instance = createHash("sha256").update(JSON.stringify([userData, networkText, guest.hostname])).digest("hex").slice(0, 32);
  return { "meta-data": `instance-id: ${instance}\nlocal-hostname: ${JSON.stringify(guest.hostname)}\n`, "user-data": userData, "network-config": networkText };
}

function ours(guest: GuestConfiguration): Record<string, unknown> {
  return {
    hostname: guest.hostname,
    manage_etc_hosts: true,
    // The image's own user gets this name; root keeps it.
    user: guest.user,
    ...(guest.user === "root" ? { disable_root: false } : {}),
    password: guest.passwordHash,
    chpasswd: { expire: false },
    ssh_pwauth: guest.sshKeys.length === 0,
    ...(guest.sshKeys.length > 0 ? { ssh_authorized_keys: guest.sshKeys } : {}),
    users: ["default"],
  };
}

/** JSON is YAML too, and needs no other rules for quoting. */
function cloudConfig(data: Record<string, unknown>): string {
  return `#cloud-config\n${JSON.stringify(data, null, 2)}\n`;
}

/**
 * The customer's data first, of whatever kind (cloud-init tells them apart by their first line), then ours: lists grow together, and where both say something
 * the customer's word stands.
 */
function multipart(customers: string, config: string): string {
  // A text cannot have its own hash in it.
  const boundary = `==${createHash("sha256").update(customers).update(config).digest("hex")}==`;
  const part = (headers: string[], text: string): string => [`--${boundary}`, "MIME-Version: 1.0", ...headers, "Content-Transfer-Encoding: base64", "", base64Lines(text), ""].join("\n");
  const isMime = /^(?:mime-version|content-type):/i.test(customers);
  return [
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "MIME-Version: 1.0",
    "",
    isMime ? `--${boundary}\n${customers.trimEnd()}\n` : part(['Content-Type: text/plain; charset="utf-8"'], customers),
    part(['Content-Type: text/cloud-config; charset="utf-8"', "X-Merge-Type: list(append)+dict(no_replace,recurse_array)+str()"], config),
    `--${boundary}--`,
    "",
  ].join("\n");
}

function base64Lines(text: string): string {
  return (Buffer.from(text).toString("base64").match(/.{1,76}/g) ?? []).join("\n");
}

/** Version 2 of cloud-init's network configuration. */
function networkConfig(guest: GuestConfiguration, mac: string | null): unknown {
  if (guest.addresses.length === 0) return null;
  const routes = guest.addresses.flatMap(({ address, prefix, gateway }) =>
    gateway === null ? [] : [{ to: isIPv6(gateway) ? "::/0" : "0.0.0.0/0", via: gateway, ...(isWithin(gateway, address, prefix) ? {} : { "on-link": true }) }],
  );
  const first = {
    match: mac === null ? { name: "e*" } : { macaddress: mac },
    ...(mac === null ? {} : { "set-name": "eth0" }),
    dhcp4: false,
    dhcp6: false,
    addresses: guest.addresses.map(({ address, prefix }) => `${address}/${prefix}`),
    ...(routes.length > 0 ? { routes } : {}),
    ...(guest.nameservers.length > 0 ? { nameservers: { addresses: guest.nameservers } } : {}),
  };
  return { version: 2, ethernets: { eth0: first } };
}

function isWithin(gateway: string, address: string, prefix: number): boolean {
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const subnet = new BlockList();
  subnet.addSubnet(address, prefix, family);
  return subnet.check(gateway, family);
}
