import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { transact } from "#server/infra/runtime.ts";
import { createSshKey, deleteSshKey, listSshKeys, resolveSshKeys } from "./ssh-keys.ts";
import { parsePublicKey } from "./ssh-public-key.ts";

/** Made by ssh-keygen, with the fingerprints that `ssh-keygen -l` prints. */
const KEYS: readonly [kind: string, line: string, fingerprint: string][] = [
  ["ed25519", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBZq8Xj6RzHliFZJWvggScQ3N5MyiUVUhiIVwZX6j4dR me@laptop", "SHA256:EIcD4/COYKEUBnWMHIwMBIz946uIFvQzr0CzdBHmRSc"],
  [
    "rsa 2048",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCmsKajexOePDeyBno0gqozCg70XvyBLvvrAHq+RCxsmTnw6/UsBkOnyoWQr6vkeVtLa9KH03A59N5bkiHyDCtb7FX9LO/V35p+OLwlie0fL2mZ2z7gcl59lxAX9CnIh/dEcVEVJYwc9tY7b7/Vb6kH1jWrxkNWPwduumcYp5sRc3vOtmk/z7H+kizCnBKvuVUWOpocCdjRv2bXSs78SiiiDkZc8o+fJPl5PkE/6ywfvVEOp65kVxQMIXC9SchGjqMgVrDq13TfVwKBd+tljOxnbq7YEiitdbgYPd0W9cK9vLuBlQeazygdmO6vpjrEtcLKCcZR0GmZWgAnaDuiLUq3 rsa key",
    "SHA256:xTMq9m7Euu4+PbveM/NSNYQQkdWXlyN86OT4bNu31+E",
  ],
  [
    "ecdsa 256",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMmVHLh33IU4Srmgwnyw08YamplWWKK6FCHQ4tSFp/IZL1vTFIu663aiKXh+VN1yZd3DFzB75+XMgeLmQUFhMn8= ec256",
    "SHA256:WVwoMrgDQJByM9SobWTbPeSbM/Zvgf+79+W6hNJ8kDs",
  ],
  [
    "ecdsa 384",
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBKgQTqxdF9w8QPwyHKA/SuzyEJ9U/OnHHkOtfJEbFeoZ41YRgF8e9u3QWzYeja8XaX5733GMS40f90Q59nTWD6daw1jEz2R19MtiL13SiQVdFoGOkFQMpPP6cxw844j5Zg==",
    "SHA256:EpFy1cZHhNzfBRN8J71VVx5ncPyX4tv80E/3BhoXjiw",
  ],
  [
    "ecdsa 521",
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAH2s8BRxByzInJUgyO6RSsIPa3BsKmzdz/dNVHgLgFNz+/l+pGcuQ2cXqul2js40bd7yjBg9MWzWPz8kZ+IWUqjVQH3eSdW4tif1KRs67kg2XLs3IS2eqD2ZZD+cYYS4Ona22xXAO4jYzD2heWYVm+6Gy7DhYc0/o4SxRBstHeMACRFKg== ec521",
    "SHA256:SYaDOsvfsFVAzb3DRCCi3J4I9Rop+fRDUoQFvYJtPfU",
  ],
];
const ED25519 = KEYS[0]?.[1] ?? "";
const SHORT_RSA =
  "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDAhdU0bA4qFKfjigx0u121UHsmUbfhj5G3CyaIzH6DbIyfgb5pJ7AtG3uiZM9VPvoSpckh1P/KEoxzxH9KAlq7k4IYr/uesLrkrDZK0TwWnbGWg+D520tm6XXBq2tTzqxQ74h9EZyHYJCerQHVd+beZjTq01yEte5tYCRtDQiL4w==";

/** A key line from its fields, each with its length in front. */
function line(type: string, ...fields: Buffer[]): string {
  const all = [Buffer.from(type), ...fields].flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return `${type} ${Buffer.concat(all).toString("base64")}`;
}

describe("an SSH public key", () => {
  it.each(KEYS)("%s is taken, with the fingerprint that ssh-keygen prints", (_kind, text, fingerprint) => {
    expect(parsePublicKey(`  ${text}\n`)).toMatchObject({ line: text, fingerprint });
  });

  it("may live in a security key", () => {
    const application = Buffer.from("ssh:");
    expect(parsePublicKey(line("sk-ssh-ed25519@openssh.com", Buffer.alloc(32, 7), application)).fingerprint).toMatch(/^SHA256:/);
    const point = Buffer.alloc(65, 4);
    expect(parsePublicKey(line("sk-ecdsa-sha2-nistp256@openssh.com", Buffer.from("nistp256"), point, application)).fingerprint).toMatch(/^SHA256:/);
  });

  it.each([
    ["-----BEGIN OPENSSH PRIVATE KEY-----", "private key"],
    [SHORT_RSA, "1024 bits"],
    ["ssh-dss AAAAB3NzaC1kc3MAAACBAP1", "DSA"],
    ["hello world, this is not a key", "must begin with"],
    [`command="rm -rf /" ${ED25519}`, "must begin with"],
    [`${ED25519}\n${ED25519}`, "one line"],
    [ED25519.replace("j4dR ", " "), "cut off"],
    [ED25519.replace("AAAAIBZq", "AAAA!BZq"), "damaged"],
    [ED25519.replace("ssh-ed25519", "ssh-rsa"), "names one type"],
    [line("ssh-ed25519", Buffer.alloc(31)), "wrong length"],
    [line("ssh-ed25519", Buffer.alloc(32), Buffer.from("more")), "too many"],
    [line("ecdsa-sha2-nistp256", Buffer.from("nistp384"), Buffer.alloc(97, 4)), "names one curve"],
    ["constructor AAAA", "must begin with"],
  ])("is refused with what is wrong: %s", (text, reason) => {
    expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST", message: expect.stringContaining(reason) }));
  });
});

describe("saved SSH keys", () => {
  let rt: TestRuntime;
  beforeAll(async () => {
    rt = await createTestRuntime();
  });
  afterAll(() => rt.close());

  it("are the organization's own, each once, and reach VMs by id or as they are", async () => {
    const [one, other] = [await makePerson(rt), await makePerson(rt)];
    const key = await createSshKey(rt, one.actor, { name: "Laptop", publicKey: ED25519 });
    await expect(createSshKey(rt, one.actor, { name: "Again", publicKey: `${ED25519} other comment` })).rejects.toMatchObject({ code: "CONFLICT" });
    await createSshKey(rt, other.actor, { name: "Same key", publicKey: ED25519 });
    expect((await listSshKeys(rt, one.actor)).data).toEqual([key]);
    const resolve = (organizationId: string, given: string[]) => transact(rt, (tx) => resolveSshKeys(tx, organizationId, given));
    expect(await resolve(one.organizationId, [key.id, ED25519, KEYS[2]?.[1] ?? ""])).toEqual([ED25519, KEYS[2]?.[1]]);
    await expect(resolve(other.organizationId, [key.id])).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(resolve(one.organizationId, ["junk"])).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(deleteSshKey(rt, other.actor, key.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await deleteSshKey(rt, one.actor, key.id);
    await expect(deleteSshKey(rt, one.actor, key.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listSshKeys(rt, one.actor)).data).toEqual([]);
  });
});
