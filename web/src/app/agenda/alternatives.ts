/** How a free time is called beside one that was refused. */
import type { Alternativa } from "../../api/problem";
import { shortDay, weekdayShort } from "../../lib/dates";

/** "09:00", "ter., 01/12 09:00", "09:00 · Dr. Paulo": what is as it was asked needs no word. */
export function timeWords({ data, hora, medico_id }: Alternativa, asked: { data: string; medico_id: number }, nome: (medico: number) => string | undefined): string {
  const time = data === asked.data ? hora : `${weekdayShort(data)}, ${shortDay(data)} ${hora}`;
  return medico_id === asked.medico_id ? time : `${time} · ${nome(medico_id) ?? "outro profissional"}`;
}
