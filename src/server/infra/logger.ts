import { pino, type Logger } from "pino";
import { currentCorrelation } from "./correlation.ts";

export type { Logger };

/** JSON lines on standard output, each with the correlation id of the work it belongs to. Secrets are cut out by key. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const correlation = currentCorrelation();
      return correlation ? { correlationId: correlation.id } : {};
    },
    redact: {
      paths: ["password", "token", "refreshToken", "authorization", "cookie", "secret", "*.password", "*.token", "*.refreshToken", "*.authorization", "*.cookie", "*.secret", "headers.authorization", "headers.cookie"],
      censor: "[redacted]",
    },
  });
}
