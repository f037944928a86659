import { deviceTopic } from "#shared/machines/device.ts";
import { type Loop, startLoop } from "#server/infra/loop.ts";
import type { Logger } from "#server/infra/logger.ts";
import { mqttCounts } from "#server/infra/mqtt-counts.ts";
import type { MqttPublisher } from "#server/infra/mqtt-publisher.ts";
import type { Downlink } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { advanceCommands } from "../commands/advance.ts";
import { openPayload } from "./downlinks.ts";
import { deleteDownlinks, lockOldest } from "./downlinks-repository.ts";

const POLL_MS = 1_000;
const MACHINES_AT_ONCE = 50;
const ROWS_OF_A_MACHINE = 20;

interface PublishResult {
  published: number;
  /** too old to be sent */
  dropped: number;
  /** the broker did not take it, or it is not known whether it did */
  failed: number;
}

/**
 * Publishes what waits in the outbox: in order for each machine, at least once. The rows stay locked until the broker has taken their messages; in the transaction that
 * removes them their commands become "sent". A bridge that is killed in between has published, and the next one publishes again: devices know a command by its id. A row of a machine
 * whose earlier one failed waits with it.
 */
export async function publishDownlinks(rt: Runtime, publisher: MqttPublisher): Promise<PublishResult> {
  const published: Downlink[] = [];
  const dropped: Downlink[] = [];
  let failed = 0;

  const publishInOrder = async (rows: readonly Downlink[]): Promise<void> => {
    for (const row of rows) {
      const now = rt.clock.now();
      if (row.expiresAt && row.expiresAt <= now) {
        dropped.push(row);
        continue;
      }
      try {
        await publisher.publish(message(rt, row, now));
        published.push(row);
      } catch (error) {
        failed += 1;
        rt.log.info({ reason: (error as Error).message, machineId: row.machineId, downlinkId: row.id, part: row.part }, "downlink not published");
        return;
      }
    }
  };

  await transact(rt, async (tx) => {
    // A second attempt at the transaction publishes again, as a restart would.
    published.length = dropped.length = failed = 0;
    const rows = await lockOldest(tx, MACHINES_AT_ONCE, ROWS_OF_A_MACHINE);
    if (rows.length === 0) return;
    await Promise.all([...Map.groupBy(rows, (row) => row.machineId).values()].map(publishInOrder));
    if (published.length + dropped.length > 0) await deleteDownlinks(tx, [...published, ...dropped].map((row) => row.id));
    const at = rt.clock.now();
    await advanceCommands(tx, published.flatMap((row) => (row.commandId ? [{ id: row.commandId, to: "sent" as const, at }] : [])));
  });
  return { published: published.length, dropped: dropped.length, failed };
}

function message(rt: Runtime, row: Downlink, now: Date): Parameters<MqttPublisher["publish"]>[0] {
  const payload = openPayload(rt.sealer, row);
  const remainingMs = row.expiresAt ? row.expiresAt.getTime() - now.getTime() : null;
  return {
    to: row.machineId,
    topic: deviceTopic(row.machineId, row.part as "cmd" | "cfg" | "ota" | "status"),
    // A device whose clock is wrong takes `exp` - `ts` for the time that it has: `ts` must be now, not when the row was written.
    payload: row.part === "cmd" ? JSON.stringify({ ...(JSON.parse(payload) as object), ts: now.getTime() }) : payload,
    retain: row.retain,
    ...(remainingMs === null ? {} : { expirySeconds: Math.max(1, Math.ceil(remainingMs / 1_000)) }),
  };
}

/** Publishes until stopped: when woken by the signal "downlinks", else every second. */
export function startPublishing(rt: Runtime, publisher: MqttPublisher, log: Logger): Loop {
  const loop = startLoop({ name: "downlinks", pauseMs: POLL_MS, log }, async () => {
    if (!publisher.ready()) return false;
    const { published, dropped, failed } = await publishDownlinks(rt, publisher);
    mqttCounts.published += published;
    mqttCounts.expired += dropped;
    mqttCounts.failed += failed;
    if (published + dropped > 0) log.debug({ published, dropped }, "downlinks published");
    return failed === 0 && published + dropped > 0;
  });
  const off = rt.signals.on("downlinks", () => loop.wake());
  return {
    wake: loop.wake,
    async stop() {
      off();
      await loop.stop();
    },
  };
}
