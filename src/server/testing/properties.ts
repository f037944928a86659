import fc from "fast-check";

/**
 * For tests of properties: the same code is tried with the same examples each time, so that a change is not refused for what it has nothing to do with. PROPERTY_SEED=random tries
 * others, PROPERTY_SEED=<number> those of a failure, which names its seed; what it found becomes one of the test's `examples`.
 */
const seed = process.env.PROPERTY_SEED ?? "20261122";
if (seed !== "random") {
  if (!/^-?\d+$/.test(seed)) throw new Error("PROPERTY_SEED is a whole number, or random");
  fc.configureGlobal({ seed: Number(seed) });
}

export { fc };
