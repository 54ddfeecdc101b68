/** Amounts as people type them, kept in centavos. */

/** "1.234,50", "1234.5" and "R$ 80" → centavos; `null` when it is no amount. */
export function parseMoney(text: string): number | null {
  const bare = text.replace(/[R$\s]/g, "");
  // A dot before three digits groups thousands; any other one is a decimal comma somebody typed on a number pad.
  const plain = bare.includes(",") || /^\d{1,3}(\.\d{3})+$/.test(bare) ? bare.replaceAll(".", "").replace(",", ".") : bare;
  if (!/^\d+(\.\d{1,2})?$/.test(plain)) return null;
  return Math.round(Number(plain) * 100);
}

/** 123450 → "1234,50": what a field shows. */
export const typedMoney = (centavos: number | null | undefined) => (centavos === null || centavos === undefined ? "" : (centavos / 100).toFixed(2).replace(".", ","));
