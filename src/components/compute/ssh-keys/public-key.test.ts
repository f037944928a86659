import { describe, expect, it } from "vitest";
import { commentOf, looksLikePublicKey } from "./public-key.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx1m1m0bL9mF1m2hN7v2oP1o7vM8tM0s6mQk1l2T3uV";

describe("public keys", () => {
  it("knows a key with and without a comment", () => {
    expect(looksLikePublicKey(KEY)).toBe(true);
    expect(looksLikePublicKey(`  ${KEY} ada@laptop\n`)).toBe(true);
  });
  it("refuses private keys, several keys and other text", () => {
    expect(looksLikePublicKey("-----BEGIN OPENSSH PRIVATE KEY-----")).toBe(false);
    expect(looksLikePublicKey("ssh-ed25519 short")).toBe(false);
    expect(looksLikePublicKey("hello")).toBe(false);
  });
  it("takes the comment for a name", () => {
    expect(commentOf(`${KEY} ada@laptop`)).toBe("ada@laptop");
    expect(commentOf(KEY)).toBe("");
    expect(commentOf("not a key at all")).toBe("");
  });
});
