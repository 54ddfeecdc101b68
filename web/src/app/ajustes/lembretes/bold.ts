/** The parts of a message as WhatsApp shows it: what stands between asterisks is bold. */
export function parts(text: string): { text: string; bold: boolean }[] {
  return text
    .split(/\*([^*\n]+)\*/)
    .map((part, i) => ({ text: part, bold: i % 2 === 1 }))
    .filter((part) => part.text !== "");
}
