/**
 * One piece of work for many that ask at once: the first is worked on at once, those that come meanwhile go together when it is done. So a thousand that ask in the same moment
 * cost two statements and two connections of the pool, one after the other, and a single one waits for nobody.
 * @param work its results in the order of the items; when it throws, all of its items get the error
 */
export function gather<Item, Result>(work: (items: readonly Item[]) => Promise<readonly Result[]>, most = 500): (item: Item) => Promise<Result> {
  interface Asked {
    item: Item;
    resolve: (result: Result) => void;
    reject: (error: unknown) => void;
  }
  let waiting: Asked[] = [];
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const now = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        const results = await work(now.map(({ item }) => item));
        // One for each, by the contract.
        for (const [index, { resolve }] of now.entries()) resolve(results[index] as Result);
      } catch (error) {
        for (const { reject } of now) reject(error);
      }
    }
    running = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void run();
    });
}
