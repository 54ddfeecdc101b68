import { expect, test } from "vitest";
import { match } from "./router.svelte";

test("patterns", () => {
  expect(match("/app/pacientes/:id?", "/app/pacientes/7")).toEqual({ params: { id: "7" } });
  expect(match("/app/pacientes/:id?", "/app/pacientes/")).toEqual({ params: { id: undefined } });
  expect(match("/app/pacientes/:id", "/app/pacientes")).toBeNull();
  expect(match("/app/agenda", "/app/agenda/7")).toBeNull();
  expect(match("/app/x/:a", "/app/x/%E0%A4%A")).toEqual({ params: { a: "%E0%A4%A" } });
});
