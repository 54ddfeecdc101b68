/**
 * Asks again and again, cheaply: not while the page is hidden, less often while the server does not answer, at once when the page is seen
 * again or `now` is called.
 */
export interface Poll {
  /** Asks now; the next turn is counted from here. */
  now(): Promise<void>;
  stop(): void;
}

/** The longest pause while nothing answers, milliseconds. */
const LONGEST = 60_000;

/**
 * `work` is never run twice at a time; a failure is its own affair, it only makes the pauses longer. It gets a signal that ends with the poll.
 */
export function poll(work: (signal: AbortSignal) => Promise<void>, every: number): Poll {
  const ended = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | null = null;
  let failures = 0;

  function plan() {
    clearTimeout(timer);
    if (ended.signal.aborted || document.hidden) return;
    timer = setTimeout(run, Math.min(every * 2 ** failures, Math.max(every, LONGEST)));
  }

  function run(): Promise<void> {
    running ??= work(ended.signal)
      .then(
        () => (failures = 0),
        () => (failures = Math.min(failures + 1, 6)),
      )
      .then(() => {
        running = null;
        plan();
      });
    return running;
  }

  function seen() {
    if (document.hidden) clearTimeout(timer);
    else void run();
  }

  document.addEventListener("visibilitychange", seen);
  window.addEventListener("online", seen);
  void run();
  return {
    async now() {
      if (running) await running;
      await run();
    },
    stop() {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("online", seen);
    },
  };
}
