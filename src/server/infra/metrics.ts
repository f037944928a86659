import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "./database.ts";
import { mqttCounts } from "./mqtt-counts.ts";

/** What Prometheus reads of this process. Labels are templates and states: never ids, addresses or paths as sent. */
export interface Metrics {
  registry: Registry;
  httpDuration: Histogram<"route" | "method" | "status">;
  socketMessages: Counter<"kind">;
}

export interface MetricSources {
  db: Database;
  requestsInFlight: () => number;
  sockets: () => number;
  /** counts by state, read from the database at each scrape */
  totals: () => Promise<{ operations: Record<string, number>; machines: Record<string, number>; eventsWaiting: number; downlinksWaiting: number; ledger: { findings: number; checkedAt: Date | null } }>;
}

const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Metrics of one web server, with Node's own (heap, garbage collection, event-loop lag). */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  gauge("switchyard_http_requests_in_flight", "Requests not answered yet", sources.requestsInFlight);
  gauge("switchyard_sockets", "Connected browser sockets", sources.sockets);
  if ("pool" in sources.db.raw) {
    const { pool } = sources.db.raw;
    gauge("switchyard_database_connections", "Connections in the pool", () => pool.totalCount);
    gauge("switchyard_database_connections_idle", "Connections in the pool without work", () => pool.idleCount);
    gauge("switchyard_database_waiting", "Queries that wait for a connection", () => pool.waitingCount);
  }
  // Gauges are collected side by side: each waits for the one reading of the database that they share.
  let reading: ReturnType<MetricSources["totals"]> | undefined;
  const totals = (): ReturnType<MetricSources["totals"]> => (reading ??= sources.totals().finally(() => (reading = undefined)));
  new Gauge({
    name: "switchyard_events_waiting",
    help: "Events that the relay has not passed on",
    registers,
    async collect() {
      this.set((await totals()).eventsWaiting);
    },
  });
  new Gauge({
    name: "switchyard_downlinks_waiting",
    help: "Messages to devices that no broker has taken",
    registers,
    async collect() {
      this.set((await totals()).downlinksWaiting);
    },
  });
  gauge("switchyard_mqtt_messages_held", "Messages of devices that are received and not stored", () => mqttCounts.held());
  counter("switchyard_mqtt_messages_total", "Messages of devices", () => ({ stored: mqttCounts.stored, duplicate: mqttCounts.duplicates, rejected: mqttCounts.rejected }));
  counter("switchyard_mqtt_downlinks_total", "Messages to devices", () => ({ published: mqttCounts.published, expired: mqttCounts.expired, failed: mqttCounts.failed }));
  new Gauge({
    name: "switchyard_ledger_findings",
    help: "What the last self-check of the ledger found wrong; anything above zero needs somebody",
    registers,
    async collect() {
      this.set((await totals()).ledger.findings);
    },
  });
  new Gauge({
    name: "switchyard_ledger_checked_timestamp_seconds",
    help: "When the last self-check of the ledger ended; 0 before the first",
    registers,
    async collect() {
      this.set(((await totals()).ledger.checkedAt?.getTime() ?? 0) / 1_000);
    },
  });
  byStatus("switchyard_machines", "Machines by status", async () => (await totals()).machines);
  byStatus("switchyard_operations", "Operations under way, by status", async () => (await totals()).operations);
  return {
    registry,
    httpDuration: new Histogram({ name: "switchyard_http_request_duration_seconds", help: "Time to answer", labelNames: ["route", "method", "status"] as const, buckets: DURATION_BUCKETS, registers }),
    socketMessages: new Counter({ name: "switchyard_socket_messages_total", help: "Messages given to sockets' rooms", labelNames: ["kind"] as const, registers }),
  };

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  /** What is counted elsewhere: taken over as it stands. */
  function counter(name: string, help: string, read: () => Record<string, number>): void {
    new Counter({
      name,
      help,
      labelNames: ["result"] as const,
      registers,
      collect() {
        this.reset();
        for (const [result, count] of Object.entries(read())) this.inc({ result }, count);
      },
    });
  }

  function byStatus(name: string, help: string, read: () => Promise<Record<string, number>>): void {
    new Gauge({
      name,
      help,
      labelNames: ["status"] as const,
      registers,
      async collect() {
        const counts = await read();
        this.reset();
        for (const [status, count] of Object.entries(counts)) this.set({ status }, count);
      },
    });
  }
}
