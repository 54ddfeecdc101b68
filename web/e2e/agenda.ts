/** What the journeys of the agenda need: a day nobody else uses, with time to be had. */
import type { Page } from "playwright-core";
import { minutes } from "../src/lib/dates";
import { call } from "./harness";

export interface Free {
  medico: { id: number; nome: string };
  day: string;
  times: string[];
}

let days = 20;

/** A working day far ahead that no other journey of the file uses. */
function freshDay(): string {
  for (;;) {
    days += 1;
    const day = new Date(Date.now() + days * 86_400_000);
    const weekday = day.getUTCDay();
    const text = day.toISOString().slice(0, 10);
    if (weekday !== 0 && weekday !== 6 && !["12-24", "12-25", "12-31", "01-01"].includes(text.slice(5))) return text;
  }
}

/** Whether the first of these follow one another every half hour. */
const inOneRow = (times: string[], many: number) =>
  times.length >= many && times.slice(1, many).every((time, i) => minutes(time) - minutes(times[i]!) === 30);

/** A professional and a day with at least so many free times one after the other, half an hour each. */
export async function free(page: Page, times = 6): Promise<Free> {
  const { medicos } = await call<{ medicos: Free["medico"][] }>(page, "GET", "/api/medicos");
  for (let tries = 0; tries < 30; tries += 1) {
    const day = freshDay();
    for (const medico of medicos) {
      const { horarios } = await call<{ horarios: string[] }>(page, "GET", `/api/horarios-disponiveis?medico_id=${medico.id}&data=${day}&duracao=30`);
      if (inOneRow(horarios, times)) return { medico, day, times: horarios };
    }
  }
  throw new Error("no free day in sight");
}
