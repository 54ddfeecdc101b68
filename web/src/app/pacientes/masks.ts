/** Phones, documents and birthdays as people type and read them. The API has the last word; what is checked here is told while typing. */

const digitsOf = (text: string) => text.replace(/\D/g, "");

/** Puts digits into a pattern of `#`: as far as they go, so that deleting never fights the mask. */
function pour(digits: string, pattern: string): string {
  let text = "";
  let at = 0;
  for (const sign of pattern) {
    if (at >= digits.length) break;
    text += sign === "#" ? digits[at++] : sign;
  }
  return text;
}

/** "11987654321" → "(11) 98765-4321"; a number with another country's code stays as it is typed. */
export function maskPhone(text: string): string {
  const trimmed = text.trimStart();
  if (trimmed.startsWith("+") && !/^\+5?5?($|\D|\d{10,11}$)/.test(trimmed.replace(/[ ()-]/g, ""))) return trimmed.slice(0, 24);
  let digits = digitsOf(trimmed);
  if (trimmed.startsWith("+")) {
    if (digits.length < 12) return trimmed;
    digits = digits.slice(2);
  }
  if (digits.startsWith("0")) digits = digits.slice(1);
  if (digits.length > 11 && digits.startsWith("55")) digits = digits.slice(2);
  return pour(digits, digits.length > 10 ? "(##) #####-####" : "(##) ####-####");
}

export const maskCpf = (text: string) => pour(digitsOf(text), "###.###.###-##");
export const maskCns = (text: string) => pour(digitsOf(text), "### #### #### ####");
export const maskDay = (text: string) => pour(digitsOf(text), "##/##/####");

export function phoneFits(text: string): boolean {
  const digits = digitsOf(text);
  if (text.trim().startsWith("+")) return digits.length >= 8 && digits.length <= 15;
  return digits.length === 10 || (digits.length === 11 && digits[2] === "9");
}

export function cpfFits(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length !== 11 || /^(\d)\1*$/.test(digits)) return false;
  const check = (length: number) => {
    let sum = 0;
    for (let i = 0; i < length; i += 1) sum += Number(digits[i]) * (length + 1 - i);
    return sum % 11 < 2 ? 0 : 11 - (sum % 11);
  };
  return check(9) === Number(digits[9]) && check(10) === Number(digits[10]);
}

/** A number of the SUS: its weighted digits are a multiple of eleven, and of the first digits only some are in use. */
export function cnsFits(text: string): boolean {
  const digits = digitsOf(text);
  if (!/^[12789]\d{14}$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (15 - i), 0);
  return sum % 11 === 0;
}

/** "1980-05-02" of "02/05/1980"; `null` when there is no such day. */
export function dayTyped(text: string): string | null {
  const found = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text.trim());
  if (!found) return null;
  const day = `${found[3]}-${found[2]}-${found[1]}`;
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === day ? day : null;
}

/** "02/05/1980" of "1980-05-02". */
export function typedDay(day: string | null | undefined): string {
  const [year, month, date] = (day ?? "").split("-");
  return date ? `${date}/${month}/${year}` : "";
}

/** Years between two days: "42 anos", "8 meses" of a baby. */
export function age(birthday: string, today: string): string {
  const [year = 0, month = 1, day = 1] = birthday.split("-").map(Number);
  const [nowYear = 0, nowMonth = 1, nowDay = 1] = today.split("-").map(Number);
  const months = (nowYear - year) * 12 + nowMonth - month - (nowDay < day ? 1 : 0);
  if (months < 0) return "";
  if (months < 24) return months === 1 ? "1 mês" : `${months} meses`;
  return `${Math.floor(months / 12)} anos`;
}
