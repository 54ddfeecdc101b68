/** A length of time as people write it: so many minutes, hours or days. */
export type Unit = "minutos" | "horas" | "dias";

export const LENGTH: Record<Unit, number> = { minutos: 1, horas: 60, dias: 1440 };

/** The greatest unit that divides it. */
export function unitOf(minutes: number): Unit {
  if (minutes === 0) return "minutos";
  if (minutes % 1440 === 0) return "dias";
  return minutes % 60 === 0 ? "horas" : "minutos";
}

/** "30 minutos", "1 hora e 30 minutos", "2 dias". */
export function spanWords(minutes: number): string {
  const named = (count: number, one: string) => (count === 0 ? "" : `${count} ${one}${count === 1 ? "" : "s"}`);
  const [days, rest] = [Math.floor(minutes / 1440), minutes % 1440];
  const parts = [named(days, "dia"), named(Math.floor(rest / 60), "hora"), named(rest % 60, "minuto")].filter(Boolean);
  if (parts.length === 0) return "nenhum tempo";
  return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(", ")} e ${parts.at(-1)}`;
}

/** "40 horas", "37 horas e 30 minutos": never in days. */
export function hoursWords(minutes: number): string {
  const total = Math.max(0, minutes);
  const hours = Math.floor(total / 60);
  const rest = total % 60 === 0 ? "" : ` e ${total % 60} minutos`;
  return `${hours} ${hours === 1 ? "hora" : "horas"}${rest}`;
}
