import { describe, expect, it } from "vitest";
import { AppError } from "#shared/errors.ts";
import { bootLoader, buildImage, mergedImage, withSignatureSector } from "../testing/firmware-images.ts";
import { readEsp32Image } from "./esp32-image.ts";

/** The reason of the refusal; "taken" when there was none. */
function verdict(file: Buffer): string {
  try {
    readEsp32Image(file);
    return "taken";
  } catch (error) {
    if (error instanceof AppError && error.code === "INVALID_REQUEST") return error.extras.reason ?? "no reason";
    throw error;
  }
}

function changed(image: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(image);
  change(copy);
  return copy;
}

const image = buildImage();

describe("an application image", () => {
  it("says what it is", () => {
    const file = buildImage({ project: "switchyard-machine", version: "2.0.1-rc.1+g1a2b", chipId: 9, secureVersion: 3 });
    expect(readEsp32Image(file)).toEqual({
      chip: "ESP32-S3",
      project: "switchyard-machine",
      version: "2.0.1-rc.1+g1a2b",
      secureVersion: 3,
      idfVersion: "v5.5.1",
      sizeBytes: file.length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      signed: false,
    });
  });

  it.each([
    [0x00, "ESP32"],
    [0x02, "ESP32-S2"],
    [0x05, "ESP32-C3"],
    [0x0c, "ESP32-C2"],
    [0x0d, "ESP32-C6"],
    [0x10, "ESP32-H2"],
    [0x12, "ESP32-P4"],
    [0x14, "ESP32-C61"],
    [0x17, "ESP32-C5"],
    [0x19, "ESP32-H21"],
    [0x1c, "ESP32-H4"],
    [0x20, "ESP32-S31"],
  ])("with chip number %i is for the %s", (chipId, chip) => {
    expect(readEsp32Image(buildImage({ chipId })).chip).toBe(chip);
  });

  it("may have 1 to 16 segments of any length, and no SHA-256", () => {
    for (const segments of [[256], [300, 0, 1], [511, 13, 16, 17], Array.from({ length: 16 }, () => 256)]) {
      for (const hashed of [true, false]) expect(verdict(buildImage({ segments, hashed }))).toBe("taken");
    }
    expect(verdict(buildImage({ segments: Array.from({ length: 17 }, () => 256) }))).toBe("malformed");
    expect(verdict(changed(image, (copy) => (copy[1] = 0)))).toBe("malformed");
    expect(verdict(buildImage({ segments: [255] }))).toBe("malformed");
    expect(verdict(buildImage({ segments: [255, 400] }))).toBe("malformed");
  });

  it("may be signed by Secure Boot v2, with one key or three", () => {
    for (const blocks of [1, 2, 3]) expect(readEsp32Image(withSignatureSector(image, blocks))).toMatchObject({ signed: true, version: "1.2.0" });
    expect(verdict(withSignatureSector(buildImage({ hashed: false })))).toBe("taken");
  });
});

describe("what is no application image", () => {
  it.each<[string, Buffer, string]>([
    ["nothing", Buffer.alloc(0), "empty"],
    ["a text", Buffer.from("firmware 1.2.0"), "not_an_image"],
    ["noise", Buffer.alloc(5_000, 0x55), "not_an_image"],
    ["an erased flash", Buffer.alloc(0x9000, 0xff), "not_an_image"],
    ["an ELF file", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1]), "elf"],
    ["a partition table", Buffer.from([0xaa, 0x50, 1, 2, 0, 0x90, 0, 0]), "partition_table"],
    ["a boot loader", bootLoader(), "bootloader"],
    ["a merged image of an S3", mergedImage(image), "merged"],
    ["a merged image of an ESP32", mergedImage(image, 0x1000), "merged"],
    ["a merged image of a P4", mergedImage(image, 0x2000), "merged"],
    ["one byte", image.subarray(0, 1), "truncated"],
    ["a chip that nobody knows", buildImage({ chipId: 0x77 }), "unknown_chip"],
    ["a wrong checksum", changed(buildImage({ hashed: false }), (copy) => (copy[300] = (copy[300] ?? 0) ^ 1)), "checksum"],
    ["a wrong SHA-256", changed(image, (copy) => (copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1)), "hash"],
    ["an unknown form of hash", changed(image, (copy) => (copy[23] = 2)), "malformed"],
    ["something behind it", Buffer.concat([image, Buffer.from("x")]), "trailing"],
    ["a second image behind it", Buffer.concat([image, image]), "trailing"],
    ["a segment that is longer than the file", changed(image, (copy) => copy.writeUInt32LE(0xffff_ffff, 28)), "truncated"],
    ["an empty version", buildImage({ version: "" }), "version"],
    ["a version with a space", buildImage({ version: "1 2" }), "version"],
    ["a version that does not end", buildImage({ version: "1".repeat(32) }), "version"],
    ["an empty project", buildImage({ project: "" }), "project_name"],
  ])("%s is refused with the reason", (_what, file, reason) => {
    expect(verdict(file)).toBe(reason);
  });

  it("cut off anywhere is refused", () => {
    for (const whole of [image, buildImage({ hashed: false }), withSignatureSector(image)]) {
      for (let length = 0; length < whole.length; length += 1) {
        // Cut off right behind the image, a signed one is one that is not signed.
        if (length !== image.length || whole.length === image.length) expect(verdict(whole.subarray(0, length)), `cut off after ${length}`).not.toBe("taken");
      }
    }
  });

  it("a signature sector of another image, or one that is damaged, is refused", () => {
    const signed = withSignatureSector(image);
    const other = withSignatureSector(buildImage({ fill: 8 }));
    expect(verdict(Buffer.concat([signed.subarray(0, -4_096), other.subarray(-4_096)]))).toBe("signature_sector");
    expect(verdict(Buffer.concat([signed, Buffer.alloc(4_096, 0xff)]))).toBe("trailing");
    expect(verdict(Buffer.concat([signed.subarray(0, -4_096), Buffer.alloc(4_096, 0xff)]))).toBe("signature_sector");
    // Signed as it stands, but with something else than padding before the signature.
    expect(verdict(withSignatureSector(Buffer.concat([image, Buffer.alloc(4_096 - (image.length % 4_096))])))).toBe("trailing");
  });
});

describe("a single changed byte", () => {
  it.each<[string, Buffer]>([
    ["an image", buildImage({ segments: [300, 41] })],
    ["a signed image", withSignatureSector(buildImage({ segments: [300, 41] }), 2)],
  ])("is found anywhere in %s", (_what, whole) => {
    for (let at = 0; at < whole.length; at += 1) {
      // All single bits where the structure is; elsewhere one other value for each byte.
      const masks = at < 400 ? [1, 2, 4, 8, 16, 32, 64, 128, 255] : [(at % 255) + 1];
      for (const mask of masks) {
        expect(verdict(changed(whole, (copy) => (copy[at] = (copy[at] ?? 0) ^ mask))), `byte ${at} ^ ${mask}`).not.toBe("taken");
      }
    }
  });

  it("is found in the data of an image without SHA-256", () => {
    const whole = buildImage({ segments: [300], hashed: false });
    for (let at = 32 + 256; at < 32 + 300; at += 1) expect(verdict(changed(whole, (copy) => (copy[at] = (copy[at] ?? 0) ^ 0x20)))).toBe("checksum");
  });
});
