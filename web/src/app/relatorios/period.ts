/** Which days a report counts, and which it is compared with: as many days before, or the same days of the month or year before. */
import { addDays, addMonths, daysBetween, isDay, monthOf, numericDay, shortDay } from "../../lib/dates";

export interface Period {
  de: string;
  ate: string;
}

export type Preset = "mes" | "mes-passado" | "30" | "90" | "ano" | "proximos" | "outro";
export const PRESETS: { value: Preset; label: string }[] = [
  { value: "mes", label: "Este mês, até hoje" },
  { value: "mes-passado", label: "Mês passado" },
  { value: "30", label: "Últimos 30 dias" },
  { value: "90", label: "Últimos 90 dias" },
  { value: "ano", label: "Este ano, até hoje" },
  { value: "proximos", label: "Próximos 30 dias" },
  { value: "outro", label: "Outras datas" },
];
/** What is shown when nothing is asked. */
export const USUAL: Preset = "30";
/** The longest period the API counts. */
const MOST_DAYS = 366;

const monthStart = (day: string) => `${day.slice(0, 7)}-01`;

/** The days of a preset. */
export function days(preset: Preset, today: string, asked: Partial<Period> = {}): Period {
  const start = monthStart(today);
  switch (preset) {
    case "mes":
      return { de: start, ate: today };
    case "mes-passado":
      return { de: addMonths(start, -1), ate: addDays(start, -1) };
    case "90":
      return { de: addDays(today, -89), ate: today };
    case "ano":
      return { de: `${today.slice(0, 4)}-01-01`, ate: today };
    case "proximos":
      return { de: today, ate: addDays(today, 29) };
    case "outro":
      return { de: isDay(asked.de ?? "") ? asked.de! : addDays(today, -29), ate: isDay(asked.ate ?? "") ? asked.ate! : today };
    default:
      return { de: addDays(today, -29), ate: today };
  }
}

/** What it is compared with. */
export function before(preset: Preset, { de, ate }: Period): Period {
  if (preset === "mes") return { de: addMonths(de, -1), ate: addMonths(ate, -1) };
  if (preset === "ano") return { de: addMonths(de, -12), ate: addMonths(ate, -12) };
  if (preset === "mes-passado") return { de: addMonths(de, -1), ate: addDays(de, -1) };
  return { de: addDays(de, -(daysBetween(de, ate) + 1)), ate: addDays(de, -1) };
}

/** Why the API would not count it, `""` when it does. */
export function fault({ de, ate }: Period): string {
  const length = daysBetween(de, ate) + 1;
  if (length < 1) return "O fim não pode vir antes do começo.";
  return length > MOST_DAYS ? `Escolha até ${MOST_DAYS} dias.` : "";
}

/** "novembro de 2026" of a whole month, "30/10 a 28/11/2026" of other days. */
export function words({ de, ate }: Period): string {
  if (de === monthStart(ate) && addDays(ate, 1) === addMonths(de, 1)) return monthOf(de);
  if (de === ate) return numericDay(de);
  return `${de.slice(0, 4) === ate.slice(0, 4) ? shortDay(de) : numericDay(de)} a ${numericDay(ate)}`;
}
