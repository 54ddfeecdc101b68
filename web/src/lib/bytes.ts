/** How much is stored. */
const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** "12,3 MB", "999 B"; nothing is "0 B". */
export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), UNITS.length - 1);
  return `${(value / 1000 ** power).toLocaleString("pt-BR", { maximumFractionDigits: power ? 1 : 0 })} ${UNITS[power]}`;
}
