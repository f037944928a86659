import { describe, expect, it } from "vitest";
import type { TableRow } from "./csv-table.ts";
import { readRow } from "./row-checks.ts";

const row = (cells: TableRow["cells"], extra = false) => readRow({ row: 7, cells: { name: "Lobby", template: "snack-6x8", ...cells }, extra });
const problemsOf = (cells: TableRow["cells"]) => row(cells).problems.map(({ row: at, column, code }) => [at, column, code]);

describe("a row", () => {
  it("is read", () => {
    const cells = { serial: "SY-0001", address: "Main St 1\nGround floor", latitude: "37.5665", longitude: "-126.978", time_zone: "Asia/Seoul", network: "Wi-Fi", wifi_ssid: "역 게스트", heartbeat_seconds: "30", notes: "문 옆" };
    expect(row(cells)).toEqual({
      read: {
        row: 7,
        name: "Lobby",
        serial: "SY-0001",
        address: "Main St 1, Ground floor",
        latitude: 37.5665,
        longitude: -126.978,
        timeZone: "Asia/Seoul",
        template: "snack-6x8",
        cloneOf: null,
        networkKind: "wifi",
        wifiSsid: "역 게스트",
        heartbeatSeconds: 30,
        notes: "문 옆",
      },
      problems: [],
    });
  });

  it.each([
    ["no name", { name: "" }, "name", "missing"],
    ["a name that is too long", { name: "x".repeat(65) }, "name", "too_long"],
    ["a line break in its name", { name: "a\nb" }, "name", "characters"],
    ["a serial number with blanks", { serial: "SY 1" }, "serial", "characters"],
    ["a latitude with a comma", { latitude: "37,5", longitude: "127" }, "latitude", "number"],
    ["a latitude in degrees and minutes", { latitude: "37°33′", longitude: "127" }, "latitude", "number"],
    ["a latitude beyond the pole", { latitude: "90.1", longitude: "127" }, "latitude", "range"],
    ["a longitude beyond the date line", { latitude: "37", longitude: "-181" }, "longitude", "range"],
    ["a latitude alone", { latitude: "37" }, "longitude", "coordinate_alone"],
    ["a longitude alone", { longitude: "127" }, "latitude", "coordinate_alone"],
    ["a time zone that is none", { time_zone: "Seoul" }, "time_zone", "time_zone"],
    ["neither template nor clone", { template: "" }, "template", "template_or_clone"],
    ["both", { clone_of: "Lobby 1" }, "clone_of", "template_or_clone"],
    ["an unknown network", { network: "lora" }, "network", "unknown_network"],
    ["an SSID of more than 32 bytes", { wifi_ssid: "역".repeat(11) }, "wifi_ssid", "too_long"],
    ["an SSID for a machine on cable", { network: "ethernet", wifi_ssid: "guest" }, "wifi_ssid", "ssid_without_wifi"],
    ["a heartbeat of half seconds", { heartbeat_seconds: "7.5" }, "heartbeat_seconds", "whole"],
    ["a heartbeat that is too fast", { heartbeat_seconds: "1" }, "heartbeat_seconds", "range"],
  ])("is wrong with %s", (_what, cells, column, code) => {
    expect(problemsOf(cells)).toEqual([[7, column, code]]);
  });

  it("says all that is wrong in it, and that it has too many cells", () => {
    expect(row({ name: "", latitude: "x", longitude: "y" }, true).problems.map(({ code }) => code)).toEqual(["too_many_cells", "missing", "number", "number"]);
  });
});
