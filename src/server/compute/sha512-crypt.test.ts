import { describe, expect, it } from "vitest";
import { sha512Crypt } from "./sha512-crypt.ts";
import { generatePassword } from "./vm-password.ts";

/** The test vectors of the specification's own reference implementation. */
const VECTORS: readonly [rounds: number | undefined, salt: string, password: string, result: string][] = [
  [undefined, "saltstring", "Hello world!", "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"],
  [
    10_000,
    "saltstringsaltstring",
    "Hello world!",
    "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
  ],
  [
    5_000,
    "toolongsaltstring",
    "This is just a test",
    "$6$rounds=5000$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0",
  ],
  [
    1_400,
    "anotherlongsaltstring",
    "a very much longer text to encrypt.  This one even stretches over morethan one line.",
    "$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1",
  ],
  [
    77_777,
    "short",
    "we have a short salt string but not a short password",
    "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0",
  ],
  [
    123_456,
    "asaltof16chars..",
    "a short string",
    "$6$rounds=123456$asaltof16chars..$BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMNrCzIMVcgEJAstJeonj1",
  ],
  [10, "roundstoolow", "the minimum number is still observed", "$6$rounds=1000$roundstoolow$kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUNGc0dqbpBYYBaHHrsX."],
];

describe("SHA-512-crypt", () => {
  it.each(VECTORS)("rounds %s, salt %s: %s", (rounds, salt, password, result) => {
    expect(sha512Crypt(password, salt, rounds)).toBe(result);
  });
});

describe("a VM's password", () => {
  it("has 20 characters, none of which looks like another, and differs each time", () => {
    const made = Array.from({ length: 20 }, () => generatePassword());
    for (const { password, hash } of made) {
      expect(password).toMatch(/^[a-zA-Z2-9]{20}$/);
      expect(password).not.toMatch(/[01lIoO]/);
      expect(hash).toMatch(/^\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
      expect(sha512Crypt(password, hash.split("$")[2] ?? "")).toBe(hash);
    }
    expect(new Set(made.map(({ password }) => password)).size).toBe(made.length);
  });
});
