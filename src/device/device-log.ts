/** Where a simulated device says what it does; pino's logger fits. */
export interface DeviceLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
