import { copyFileSync } from "node:fs";
import { guestImage, missingForGuestImage } from "#server/compute/drivers/libvirt/testing/guest-image.ts";

/**
 * Makes the small guest that the libvirt driver is tested with, to try a host with: `node scripts/guest-image.ts /var/lib/libvirt/images/tiny.qcow2`. It boots in
 * seconds, asks DHCP, reads cloud-init's name for it, and shows a shell without a password: nothing for customers.
 */
const file = process.argv[2];
const missing = missingForGuestImage();
if (file === undefined || missing !== null) {
  process.stderr.write(file === undefined ? "Usage: node scripts/guest-image.ts <file.qcow2>\n" : `Debian's package ${missing} is needed.\n`);
  process.exitCode = 1;
} else {
  copyFileSync(await guestImage(), file);
}
