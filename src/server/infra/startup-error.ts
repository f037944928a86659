/** A reason not to start that the operator can mend: printed as one sentence, without a stack; the process exits with 1. */
export class StartupError extends Error {
  override name = "StartupError";
}
