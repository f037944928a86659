/**
 * A value that the database wrote as JSON. Whoever sends JSON sends the text as it is: to read a page of rows and write it again costs more than the rest of
 * its request (docs/decisions/0008-trpc-mount.md).
 */
export class JsonText<T> {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** What it says. */
  read(): T {
    return JSON.parse(this.text) as T; // its writer's promise
  }

  /** For those who make JSON of it without knowing. */
  toJSON(): T {
    return this.read();
  }
}
