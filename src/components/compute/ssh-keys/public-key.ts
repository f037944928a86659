const PUBLIC_KEY = /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)\s+[A-Za-z0-9+/]{40,}={0,2}(?:\s.*)?$/;

/** Whether a line has the form of an OpenSSH public key (RFC 4253, section 6.6); the server decides whether it is one. */
export function looksLikePublicKey(text: string): boolean {
  return PUBLIC_KEY.test(text.trim());
}

/** The comment at its end ("ada@laptop"), which makes a good name; empty when there is none. */
export function commentOf(text: string): string {
  return looksLikePublicKey(text) ? text.trim().split(/\s+/).slice(2).join(" ").slice(0, 64) : "";
}
