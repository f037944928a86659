import { createServer } from "node:http";
import next from "next";
import { authenticate } from "../../src/server/identity/authenticate.ts";
import { listVms } from "../../src/server/compute/vms.ts";
import { systemClock } from "../../src/server/infra/clock.ts";
import { readConfig } from "../../src/server/infra/config.ts";
import { createSealer } from "../../src/server/infra/crypto.ts";
import { openDatabase } from "../../src/server/infra/database.ts";
import { createLogger } from "../../src/server/infra/logger.ts";
import { createRealtime } from "../../src/server/infra/realtime.ts";
import type { Runtime } from "../../src/server/infra/runtime.ts";
import { createSignals } from "../../src/server/infra/signals.ts";
import { asMember } from "../../src/server/trpc/init.ts";

/** The baseline: a custom server whose only endpoint is a Next route handler, which runs the product's own check and query. */
const config = readConfig(process.env);
const log = createLogger(config.logLevel);
const db = await openDatabase(config);
const rt: Runtime = { config, log, clock: systemClock, db, sealer: createSealer(config.secretKeys), signals: await createSignals(db, log), realtime: createRealtime(null, log), version: "bench" };

globalThis.__benchList = async (authorization) => {
  const found = await authenticate(rt, { authorization, cookie: null, ip: "", requestId: "" });
  if (!found) return null;
  return (await listVms(rt, asMember(found.actor, null, "vm:read"), { page: 1, limit: 20, includeGone: false })).text;
};

const app = next({ dev: false, dir: "bench/vm-list/next-app" });
await app.prepare();
const handle = app.getRequestHandler();
createServer((request, response) => void handle(request, response)).listen(config.port, "127.0.0.1", () => process.stdout.write("baseline ready\n"));
process.on("SIGTERM", () => process.exit(0));

declare global {
  var __benchList: (authorization: string | null) => Promise<string | null>;
}
