import { DriverError, type DriverFailure } from "../errors.ts";

/** What virsh said. The words are libvirt's own in the language C; `text` is all of it. */
export class VirshError extends DriverError {
  readonly text: string;

  constructor(failure: DriverFailure, text: string) {
    super(failure, sentence(text));
    this.name = "VirshError";
    this.text = text;
  }
}

/** Whether the error is one of virsh's whose words match. */
export function says(error: unknown, words: RegExp): error is VirshError {
  return error instanceof VirshError && words.test(error.text);
}

export const NO_DOMAIN = /failed to get domain|domain not found|no domain with matching/i;
export const NO_VOLUME = /storage volume not found|no storage vol with matching|failed to get vol/i;
export const BUILDING = /still being allocated|is still in use|asynchronous jobs running/i;

/** The first that matches decides. */
const MEANINGS: readonly [RegExp, DriverFailure][] = [
  [NO_DOMAIN, "not_found"],
  // Getting in: who is refused today is refused tomorrow.
  [/authentication failed|permission denied \(|host key verification failed|certificate (?:has expired|failed|is not trusted|.*not match)|unable to (?:set|verify) x509|authentication unavailable|unable to verify TLS peer|key .* permission/i, "refused"],
  [/end of file while reading data|cannot (?:recv|send|write) data|connection reset|broken pipe|client socket is closed|internal error: client socket/i, "unknown"],
  [/failed to connect to|unable to connect to|connection refused|no route to host|could not resolve|network is unreachable/i, "unavailable"],
  [/cannot acquire state change lock|still being allocated|asynchronous jobs running|another .* (?:job|operation) (?:is )?(?:already )?(?:in progress|active)|resource busy|timed out during operation|already modifying domain|failed to get "?(?:write|consistent read|shared "write")"? lock/i, "unavailable"],
];

/** @param changes whether the command was to change anything: then a lost connection leaves the outcome open */
export function virshError(text: string, changes: boolean): VirshError {
  const failure = MEANINGS.find(([words]) => words.test(text))?.[1] ?? "refused";
  return new VirshError(failure === "unknown" && !changes ? "unavailable" : failure, text);
}

const MOST_LETTERS = 500;

function sentence(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^(?:error:\s*|internal error:\s*)+/, "").trim());
  // ssh frames its warnings.
  const said = [...new Set(lines.filter((line) => line !== "" && !line.includes("@@@")))].join("; ");
  if (said.length <= MOST_LETTERS) return said || "virsh failed without a word";
  return `${said.slice(0, MOST_LETTERS / 2)} … ${said.slice(-MOST_LETTERS / 2)}`;
}
