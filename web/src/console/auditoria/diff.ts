/** What an act changed, in lines one can read: a name, what it was, what it is since. */
export interface Change {
  name: string;
  before: string;
  after: string;
}

const words = (value: unknown): string => {
  if (value === undefined || value === null) return "—";
  if (typeof value === "boolean") return value ? "sim" : "não";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};
const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : value == null ? {} : { valor: value };

/** Only what is different. */
export function diff(before: unknown, after: unknown): Change[] {
  const [was, is] = [record(before), record(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names
    .map((name) => ({ name: name.replaceAll("_", " "), before: words(was[name]), after: words(is[name]) }))
    .filter((change) => change.before !== change.after);
}
