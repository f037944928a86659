/** Lines of ours in a VM's notes, beside whatever people write there. Each kind stands once. */
export function noteOf(notes: string, kind: string): string | null {
  return new RegExp(`^switchyard-${kind} (.+)$`, "m").exec(notes)?.[1]?.trimEnd() ?? null;
}

/** The notes with the line of this kind set, or taken out (`value` null). */
export function withNote(notes: string, kind: string, value: string | null): string {
  const others = notes.split("\n").filter((line) => !line.startsWith(`switchyard-${kind} `));
  return [...(others.at(-1) === "" ? others.slice(0, -1) : others), ...(value === null ? [] : [`switchyard-${kind} ${value}`])].join("\n");
}
