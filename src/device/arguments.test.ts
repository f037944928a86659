import { describe, expect, it } from "vitest";
import { readArguments, WrongArguments } from "./arguments.ts";
import { readClaimList } from "./claim-list.ts";

describe("the simulator's arguments", () => {
  it("name claims and what goes wrong, for each device by itself", () => {
    const read = readArguments(["--claim", "ABCD", "--claim", "EFGH", "--jam", "a1", "--jam", "B2", "--power-cycle-at", "motor.turned", "--clock-offset=-90", "--no-drop", "--drop-acks", "2"]);
    expect(read.claims).toEqual(["ABCD", "EFGH"]);
    expect(read.faults()).toMatchObject({ jam: new Set(["A1", "B2"]), powerCycleAt: "motor.turned", clockOffsetMs: -90_000, noDrop: true, dropAcks: 2, rollback: false });
    expect(read.faults().jam).not.toBe(read.faults().jam);
  });

  it.each([
    [[], "--claim or --claims is missing"],
    [["--claim", "A", "--speed", "0"], "--speed must be a number from 0.01 to 1000"],
    [["--claim", "A", "--speed", "fast"], "--speed must be a number from 0.01 to 1000"],
    [["--claim", "A", "--fleet", "5"], "--fleet needs the file of claims"],
    [["--claims", "a.csv", "--fleet", "10001"], "--fleet must be a number from 1 to 10000"],
    [["--claim", "A", "--power-cycle-at", "lunch"], "--power-cycle-at knows command.received"],
    [["--claim", "A", "--drop-acks", ""], "--drop-acks must be a number"],
    [["--claim", "A", "--explode"], "'--explode'"],
  ])("%j: says what is wrong", (args, message) => {
    expect(() => readArguments(args)).toThrow(WrongArguments);
    expect(() => readArguments(args)).toThrow(message);
  });
});

describe("a file of claims", () => {
  const read = async (text: string, server?: string): Promise<[string, string][]> => Promise.all(readClaimList(text, server).map(async (one) => [one.server, await one.token()] as [string, string]));

  it("has one a line: tokens in any form, and addresses of QR codes", async () => {
    expect(await read("abcd-efgh\r\n\r\n# those below too\nHTTPS://SHOP.EXAMPLE/C/JKMN\n")).toEqual([
      ["http://localhost:3000", "ABCDEFGH"],
      ["https://shop.example/", "JKMN"],
    ]);
  });

  it("or is a CSV with a column claim_token, and perhaps one with the server", async () => {
    const csv = '\uFEFFid,claim_token,machine_name,server_url\n1,AAAA,"Lobby, ""left""",https://a.example\n2,BBBB,Gate,\n';
    expect(await read(csv)).toEqual([
      ["https://a.example", "AAAA"],
      ["http://localhost:3000", "BBBB"],
    ]);
    expect(await read(csv, "https://b.example")).toEqual([
      ["https://b.example", "AAAA"],
      ["https://b.example", "BBBB"],
    ]);
  });

  it("gives each token a file of its own, the same each time", () => {
    const names = readClaimList("AAAA\nBBBB\naaaa", undefined).map((one) => one.name);
    expect(new Set(names).size).toBe(2);
    expect(names[2]).toBe(names[0]);
  });

  it.each([
    ["", "there are no claims in the file"],
    ["claim_token\n", "there are no claims in the file"],
    ["id,claim_token\n1,\n", "a row without a claim_token"],
  ])("%j: says what is wrong", (text, message) => {
    expect(() => readClaimList(text, undefined)).toThrow(message);
  });
});
