/** What of the free times a form knows. */
interface Known {
  times: string[];
  loading: boolean;
  /** They could not be asked. */
  failed: boolean;
}

/** The hour a form has, and the one it gave up because it was not free. */
export interface Hour {
  hora: string;
  given: string;
}

/**
 * The hour once the free times are known: one that is not among them is given up, and taken again when it is, for a date that is typed passes through
 * others. `null` where nothing changes.
 */
export function settle({ times, loading, failed }: Known, { hora, given }: Hour): Hour | null {
  if (loading || failed) return null;
  if (hora && !times.includes(hora)) return { hora: "", given: hora };
  if (!hora && given && times.includes(given)) return { hora: given, given: "" };
  return hora && given ? { hora, given: "" } : null;
}
