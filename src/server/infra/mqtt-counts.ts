/** What this process has done with MQTT since it started, for /metrics; zero where another process is the bridge. */
export const mqttCounts = {
  /** messages of devices */
  stored: 0,
  /** sent again by a device, and known already */
  duplicates: 0,
  /** put into quarantine */
  rejected: 0,
  /** messages to devices */
  published: 0,
  /** too old to be sent */
  expired: 0,
  /** not taken by the broker; tried again */
  failed: 0,
  /** messages of devices that were received and not acknowledged yet */
  held: (): number => 0,
};
