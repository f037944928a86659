import type { Runtime } from "#server/infra/runtime.ts";
import type { Moment } from "../operation-engine.ts";
import { startOperationWorker } from "../operation-worker.ts";
import { type Ground, withGround } from "./child-runtime.ts";
import { endedOperation } from "./places.ts";

/** Where in an operation a process dies. */
export interface DyingPlace {
  /** requested: after the request is written, before any worker has seen it */
  moment: Moment | "requested";
  direction: "run" | "compensate";
  step: string;
}

/** Asks for the operation and kills this process (kill -9) at the place. @throws Error when the operation ends without having come there */
type DieIn = (place: DyingPlace, ask: () => Promise<string>) => Promise<void>;

/** First ends what the processes before have left, then plays the scene; without one that is all. */
export async function playChild(ground: Ground, scene: ((rt: Runtime, dieIn: DieIn) => Promise<void>) | null): Promise<void> {
  await withGround(ground, async (rt) => {
    let armed: DyingPlace | null = null;
    const worker = startOperationWorker(rt, {
      concurrency: 4,
      retryBaseMs: 10,
      leaseMs: 1_000,
      checkpoint(moment, direction, step) {
        if (armed?.moment === moment && armed.direction === direction && armed.step === step) die();
      },
    });
    try {
      for (const { id } of await rt.db.query<{ id: string }>({ text: "select id from operation where status in ('queued', 'running')" })) await endedOperation(rt, id);
      await scene?.(rt, async (place, ask) => {
        if (place.moment === "requested") await worker.stop();
        else armed = place;
        const operationId = await ask();
        if (place.moment === "requested") die();
        await endedOperation(rt, operationId);
        throw new Error(`the operation never came to ${JSON.stringify(place)}`);
      });
    } finally {
      // An embedded database that is closed under a worker never returns.
      await worker.stop();
    }
  });
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Plays with the program's one argument when it is the program that runs. @param main `import.meta.main` of the program */
export async function playArgument<T>(main: boolean, play: (task: T) => Promise<void>): Promise<void> {
  const argument = process.argv[2];
  if (main && argument !== undefined) await play(JSON.parse(argument) as T); // written by `runChild`
}
