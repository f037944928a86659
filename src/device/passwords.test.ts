import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ClaimAnswer } from "#shared/machines/device.ts";
import { Passwords } from "./passwords.ts";
import { Power } from "./power.ts";
import { noFaults } from "./faults.ts";
import { Flash, newState } from "./state-file.ts";

let folder: string;
let flash: Flash;
let passwords: Passwords;
let now = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-passwords-"));
  flash = new Flash(join(folder, "device.json"), new Power(noFaults(), () => {}), () => "02:00:00:00:00:01");
  // Of its claim only the password is looked at.
  Object.assign(flash.state, newState("02:00:00:00:00:01"), { claim: { mqtt: { password: "old" } } as ClaimAnswer, nextPassword: "new" });
  now = 5_000;
  passwords = new Passwords({ flash, speed: 1, now: () => now });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The broker refuses what is shown, every second. @returns what was shown */
function refusedFor(seconds: number): string[] {
  return Array.from({ length: seconds }, () => {
    const shown = passwords.current();
    passwords.refused(shown);
    now += 1_000;
    return shown;
  });
}

it("shows the new one for a minute: a broker that reads a file learns of it later", () => {
  expect(new Set(refusedFor(60))).toEqual(new Set(["new"]));
  expect(passwords.current()).toBe("old");
});

it("ends a rotation with the one that is taken, at whatever time", () => {
  refusedFor(59);
  expect(passwords.worked(passwords.current())).toBe("new");
  expect([flash.state.claim?.mqtt.password, flash.state.nextPassword, passwords.current()]).toEqual(["new", null, "new"]);
});

it("goes back to the old one after that, and keeps it where it is taken", () => {
  refusedFor(60);
  expect(passwords.worked(passwords.current())).toBe("old");
  expect([flash.state.claim?.mqtt.password, flash.state.nextPassword]).toEqual(["old", null]);
});

it("begins again with the new one when neither is taken, and counts its minute anew", () => {
  const shown = refusedFor(122);
  expect(shown.filter((password) => password === "old")).toHaveLength(2);
  expect([shown[60], shown[61], shown[120], shown[121]]).toEqual(["old", "new", "new", "old"]);
});

it("does not count the time in which the broker cannot be reached", () => {
  now += 10 * 60_000;
  expect(refusedFor(1)).toEqual(["new"]);
  expect(passwords.current()).toBe("new");
});

it("without a rotation there is one password, and its refusals change nothing", () => {
  flash.state.nextPassword = null;
  expect(new Set(refusedFor(90))).toEqual(new Set(["old"]));
  expect(passwords.worked("old")).toBeNull();
});
