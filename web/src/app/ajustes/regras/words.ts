/** Where starts are counted from, as people read it. */
import type { Shapes } from "../../../api/client";

export const GRADE: { value: Shapes["ClinicaSettings"]["grade"]; label: string }[] = [
  { value: "relogio", label: "Do relógio: 8h, 8h30, 9h" },
  { value: "periodo", label: "Do início de cada período" },
  { value: "dia", label: "Do início do dia" },
  { value: "otimizada", label: "Sem deixar buracos na agenda" },
];
