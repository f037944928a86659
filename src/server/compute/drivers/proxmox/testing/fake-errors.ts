/** An answer that is none of success: Proxmox puts the text into the status line. */
export class FakeError extends Error {
  readonly status: number;
  readonly errors: Readonly<Record<string, string>> | null;

  constructor(status: number, message: string, errors: Readonly<Record<string, string>> | null = null) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function verificationFailed(errors: Readonly<Record<string, string>>): FakeError {
  return new FakeError(400, "Parameter verification failed.", errors);
}

/** As Perl's `die` reaches the client. */
export function died(message: string): FakeError {
  return new FakeError(500, message);
}
