import { expect, test } from "vitest";
import { Notes } from "./notes.svelte";

const kept = (versao: number, observacoes: string | null, id = 1) => ({ id, versao, observacoes });

function typed(text: string): Notes {
  const notes = new Notes();
  notes.follow(kept(1, "Antes"));
  notes.text = text;
  return notes;
}

test("what others write comes in while nobody types, and stays out while somebody does", () => {
  const quiet = typed("Antes");
  quiet.follow(kept(2, "Deles"));
  expect([quiet.text, quiet.changed, quiet.theirs]).toEqual(["Deles", false, null]);
  const typing = typed("Minha");
  typing.follow(kept(2, "Deles"));
  expect([typing.text, typing.changed, typing.theirs]).toEqual(["Minha", true, "Deles"]);
});

test("another version with the same notes, and the same text of others, are no conflict", () => {
  const notes = typed("Minha");
  notes.follow(kept(2, "Antes"));
  expect([notes.changed, notes.theirs]).toEqual([true, null]);
  notes.follow(kept(3, "Minha"));
  expect([notes.changed, notes.theirs]).toEqual([false, null]);
});

test("whoever chooses loses nothing unasked", () => {
  const both = typed("Minha");
  both.follow(kept(2, "Deles"));
  both.takeBoth();
  expect([both.text, both.theirs, both.changed]).toEqual(["Deles\nMinha", null, true]);
  const theirs = typed("Minha");
  theirs.follow(kept(2, "Deles"));
  expect(theirs.takeTheirs()).toBe("Minha");
  expect([theirs.text, theirs.changed]).toEqual(["Deles", false]);
  const mine = typed("Minha");
  mine.follow(kept(2, "Deles"));
  mine.takeMine();
  expect([mine.text, mine.theirs, mine.changed]).toEqual(["Minha", null, true]);
});

test("erasing is a change, an older answer is none, and another visit starts anew", () => {
  const notes = typed("");
  notes.follow(kept(2, "Deles"));
  expect(notes.theirs).toBe("Deles");
  notes.follow(kept(1, "Antes"));
  expect(notes.theirs).toBe("Deles");
  notes.follow(kept(1, "De outro", 2));
  expect([notes.text, notes.theirs]).toEqual(["De outro", null]);
});
