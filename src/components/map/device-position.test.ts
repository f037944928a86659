import { describe, expect, it } from "vitest";
import { devicePosition, type PositionSource } from "./device-position.ts";

/** A browser that answers as the W3C's Geolocation says. */
function browser(answer: { latitude: number; longitude: number; accuracy: number } | { code: number }): PositionSource {
  return {
    isSecureContext: true,
    navigator: {
      geolocation: {
        getCurrentPosition: (found, failed) => {
          // Only the fields that are read; the rest of the browser's objects has no part in it.
          if ("code" in answer) failed?.({ ...answer, message: "" } as GeolocationPositionError);
          else found({ coords: answer, timestamp: 0 } as GeolocationPosition);
        },
      },
    },
  };
}

describe("where this device is", () => {
  it("comes with how exact it is", async () => {
    expect(await devicePosition(browser({ latitude: 37.56651234, longitude: 126.978, accuracy: 25.4 }))).toEqual({ place: { latitude: 37.566512, longitude: 126.978 }, accuracyM: 25.4 });
  });

  it.each([
    [1, "denied"],
    [2, "unavailable"],
    [3, "timeout"],
  ])("says why not: code %i", async (code, problem) => {
    expect(await devicePosition(browser({ code }))).toEqual({ problem });
  });

  it("is not asked of a page that browsers don't trust, which would look like a refusal", async () => {
    expect(await devicePosition({ ...browser({ code: 1 }), isSecureContext: false })).toEqual({ problem: "insecure" });
  });

  it("is not to be had from a browser without it", async () => {
    expect(await devicePosition({ isSecureContext: true, navigator: {} })).toEqual({ problem: "unsupported" });
  });
});
