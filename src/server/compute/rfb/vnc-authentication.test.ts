import { describe, expect, it } from "vitest";
import { answerChallenge } from "./vnc-authentication.ts";

describe("the answer to a VNC challenge", () => {
  it("is DES with the key's bits mirrored", () => {
    // The classic vector of DES (key 133457799BBCDFF1, "0123456789ABCDEF" → 85E813540F0AB405), its key's bytes mirrored.
    const key = Buffer.from("133457799bbcdff1", "hex").map((byte) => Number.parseInt(byte.toString(2).padStart(8, "0").split("").toReversed().join(""), 2));
    const challenge = Buffer.from("0123456789abcdef0123456789abcdef", "hex");
    expect(answerChallenge(Buffer.from(key).toString("latin1"), challenge).toString("hex")).toBe("85e813540f0ab40585e813540f0ab405");
  });

  it("takes eight characters of the password, and fills up a shorter one", () => {
    const challenge = Buffer.alloc(16, 7);
    expect(answerChallenge("12345678", challenge)).toEqual(answerChallenge("123456789", challenge));
    expect(answerChallenge("1234567", challenge)).not.toEqual(answerChallenge("12345678", challenge));
    expect(answerChallenge("", challenge)).toHaveLength(16);
  });
});
