/** What a password somebody chooses must be, as far as a page can tell; the server knows the common ones, and refuses names. */
/** Whether this is the operators' address. */
export const isOperator = location.hostname.startsWith("admin.");

const SHORTEST = 10;
const SHORTEST_OF_OPERATORS = 12;

const shortest = isOperator ? SHORTEST_OF_OPERATORS : SHORTEST;

export const HINT = `${shortest} caracteres ou mais. Uma frase curta é fácil de lembrar e difícil de adivinhar.`;

/** What is wrong with it, or nothing. */
export const tooShort = (senha: string): string =>
  [...senha].length < shortest ? `Escolha uma senha de ${shortest} caracteres ou mais.` : "";
