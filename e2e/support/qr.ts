import jsQR from "jsqr";
import { PNG } from "pngjs";

/** Reads the QR code in a screenshot, as a phone would: from its pixels. @throws Error when there is none */
export function readQr(screenshot: Buffer): string {
  const image = PNG.sync.read(screenshot);
  const found = jsQR(new Uint8ClampedArray(image.data), image.width, image.height);
  if (!found) throw new Error("no QR code in the screenshot");
  return found.data;
}
