import { describe, expect, it } from "vitest";
import type { VmObservation } from "../drivers/driver.ts";
import { type Answer, whereIsIt } from "./where-is-it.ts";

function vm(power: VmObservation["power"]): VmObservation {
  return { ref: "sy-vm_1", name: "sy-vm_1", power, busy: null, privateIp: null, mac: null, vcpu: 1, memoryMb: 512, storageGb: 10 };
}

describe("a VM whose move was interrupted", () => {
  const cases: [string, Answer, Answer, "source" | "target", Answer][] = [
    ["is where the other says that it isn't", vm("running"), "absent", "source", vm("running")],
    ["is where the other says that it isn't", "absent", vm("stopped"), "target", vm("stopped")],
    ["that runs on the target alone has arrived", vm("stopped"), vm("running"), "target", vm("running")],
    ["that both have is still on the source", vm("stopped"), vm("stopped"), "source", vm("stopped")],
    ["that both run is still on the source", vm("running"), vm("running"), "source", vm("running")],
    ["is on the silent host when the other has not got it", "absent", "silent", "target", "silent"],
    ["is on the silent host when the other has not got it", "silent", "absent", "source", "silent"],
    ["runs on the target, whatever the source would say", "silent", vm("running"), "target", vm("running")],
    ["may be half copied while the source is silent", "silent", vm("stopped"), "source", "silent"],
    ["has not left while the target is silent", vm("running"), "silent", "source", vm("running")],
    ["of which nobody says anything is left where it was", "silent", "silent", "source", "silent"],
    ["that neither has is gone", "absent", "absent", "source", "absent"],
  ];
  it.each(cases)("%s", (_name, source, target, at, seen) => {
    expect(whereIsIt(source, target)).toEqual({ at, seen });
  });
});
