import QRCode from "qrcode";

/** The quiet zone that scanners need around a code, in modules (ISO/IEC 18004). */
const QUIET_ZONE = 4;

export interface QrOptions {
  /** M on a screen; Q for a printed label, which wears */
  correction: "M" | "Q";
}

/**
 * The address behind a claim QR, in upper case, so that the code stays in alphanumeric mode and small. Scheme and host have no case; a path
 * has, so one in the public address is left as it is.
 */
export function claimUrl(publicUrl: string, token: string): string {
  const { origin, pathname } = new URL(publicUrl);
  return `${origin.toUpperCase()}${pathname.replace(/\/+$/, "")}/C/${token}`;
}

/** A QR code as SVG without colours of its own making: black on white, as scanners want it. */
export async function qrSvg(text: string, options: QrOptions): Promise<string> {
  return QRCode.toString(text, { type: "svg", errorCorrectionLevel: options.correction, margin: QUIET_ZONE });
}
