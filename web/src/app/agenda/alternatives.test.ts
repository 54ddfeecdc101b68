import { expect, test } from "vitest";
import { timeWords } from "./alternatives";

const asked = { data: "2026-11-30", medico_id: 1 };
const words = (data: string, hora: string, medico_id: number) => timeWords({ data, hora, medico_id }, asked, (id) => (id === 2 ? "Dr. Paulo" : undefined));

test("a time says only what is not as it was asked", () => {
  expect(words("2026-11-30", "09:00", 1)).toBe("09:00");
  expect(words("2026-12-01", "09:00", 1)).toBe("ter., 01/12 09:00");
  expect(words("2026-11-30", "09:00", 2)).toBe("09:00 · Dr. Paulo");
  expect(words("2026-12-01", "09:00", 3)).toBe("ter., 01/12 09:00 · outro profissional");
});
