/** What was waited for did not come in time. */
export class TimeoutError extends Error {}

/** @returns what `work` comes to @throws TimeoutError after `ms` milliseconds; the work itself goes on, and nobody hears of its end */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
