import { describe, expect, it } from "vitest";
import { pastedPlace, placeOf, placeProblems, rounded } from "./place-input.ts";

describe("a place that is typed", () => {
  it("may be none at all", () => {
    expect(placeProblems({ latitude: null, longitude: null })).toEqual({});
    expect(placeOf({ latitude: null, longitude: null })).toBeNull();
  });

  it("reaches to the poles and the date line, and no further", () => {
    expect(placeProblems({ latitude: -90, longitude: 180 })).toEqual({});
    expect(placeProblems({ latitude: 90.000001, longitude: -180.5 })).toEqual({ latitude: "range", longitude: "range" });
    expect(placeOf({ latitude: 91, longitude: 0 })).toBeNull();
  });

  it("says which half is missing", () => {
    expect(placeProblems({ latitude: 37, longitude: null })).toEqual({ longitude: "missing" });
    expect(placeProblems({ latitude: null, longitude: 0 })).toEqual({ latitude: "missing" });
  });

  it("is read from what map programs copy", () => {
    expect(pastedPlace("37.5665, 126.9780")).toEqual({ latitude: 37.5665, longitude: 126.978 });
    expect(pastedPlace(" -33.45 -70.66 ")).toEqual({ latitude: -33.45, longitude: -70.66 });
    for (const text of ["37.5665", "91, 0", "Seoul, Korea", "1, 2, 3", ""]) expect(pastedPlace(text)).toBeNull();
  });

  it("is kept to a tenth of a metre", () => {
    expect(rounded({ latitude: 37.56651234567, longitude: -0.00000049 })).toEqual({ latitude: 37.566512, longitude: -0 });
  });
});
