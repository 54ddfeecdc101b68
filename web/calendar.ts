/** What is wrong with the calendar for us, mended while the pages are built. What is not found any more stops the build. */
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const KEPT = JSON.stringify(fileURLToPath(new URL("./src/app/agenda/kept.ts", import.meta.url)));

/** A file, by how its path ends; what is wrong with it; what it says, and what it has to say. */
type Mend = [file: string, why: string, changes: [string, string][]];

const MENDS: Mend[] = [
  ["time-grid/View.svelte", "The calendar scrolls after a tick, when its view may be gone already: somebody changes views fast.", [
    ["mainEl.scrollTop = (", "if (mainEl) mainEl.scrollTop = ("],
  ]],
  ["time-grid/View.svelte", "What is dragged is laid out together with all that lies still. `grid.css` lays this one over it.", [
    [
      `                {#each iChunks as chunk}
                    <Event {chunk}/>
                {/each}
            </div>`,
      `            </div>
            <div class="{theme.events} arrastada">
                {#each iChunks as chunk}
                    <Event {chunk}/>
                {/each}
            </div>`,
    ],
  ]],
  ["lib/components/BaseEvent.svelte", "It makes a button of an article, which no screen reader has to take for one.", [
    ["<article", "<div"],
    ["</article>", "</div>"],
  ]],
  ["lib/components/BaseEvent.svelte", "A visit that is picked up loses its focus: the browser lays the whole page out to find who has it.", [
    ["role={onclick ?", "role={onclick || display === 'ghost' ?"],
    ["tabindex={onclick ?", "tabindex={onclick || display === 'ghost' ?"],
  ]],
  ["time-grid/derived.js", "It draws every event anew when one changes.", [
    ["import {untrack}", `import { keeper, unchanged } from ${KEPT};\nimport {untrack}`],
    ["export function eventChunks(mainState, viewState) {", "export function eventChunks(mainState, viewState) {\n    let [keep, keepBg] = [keeper(), keeper()];"],
    ["return {chunks, bgChunks,", "chunks = keep(chunks);\n        bgChunks = keepBg(bgChunks);\n        return {chunks, bgChunks,"],
    ["export function slotTimeLimits(mainState) {", "export function slotTimeLimits(mainState) {\n    let last;"],
    ["return limits;", "return last = unchanged(last, limits);"],
  ]],
  ["src/lib/events.js", "It makes every event anew when one is given, and draws what is new.", [
    ["let eventId = 1;", `import { madeOnce } from ${KEPT};\nlet eventId = 1;`],
    [
      "export function createEvents(input, offset = undefined) {",
      "export function createEvents(input, offset = undefined) {\n    return input.map(event => madeOnce(event, offset, () => createAnew([event], offset)[0]));\n}\n\nfunction createAnew(input, offset) {",
    ],
  ]],
  ["src/Calendar.svelte", "It gives everything in it another cursor while one event is dragged: all styles are worked out anew. `grid.css` says it of the event.", [
    ["iClass && theme[iClass],", ""],
  ]],
  ["interaction/Action.svelte", "A drag that is given up leaves its shadow behind, and Escape gives up none.", [
    ["function handlePointerCancel() {", `function giveUp() {
        if (interacting && !selecting()) {
            event.display = display;
            events.length = events.length;
        }
        if (interacting) {
            destroyIEvent();
        }
        handlePointerCancel();
    }

    function handleKeyDown(jsEvent) {
        if (jsEvent.key === 'Escape' && interacting) {
            jsEvent.stopPropagation();
            swallowClick();
            giveUp();
        }
    }

    // The button is still down: what it is released over was not meant.
    function swallowClick() {
        window.addEventListener('pointerup', () => {
            let stop = listen(window, 'click', jsEvent => jsEvent.stopPropagation(), {capture: true});
            setTimeout(stop);
        }, {once: true});
    }

    function handlePointerCancel() {`],
    ["onpointercancel={handlePointerCancel}", "onpointercancel={jsEvent => jsEvent.isPrimary && giveUp()}\n    onkeydowncapture={handleKeyDown}"],
  ]],
  ["resource-time-grid/Label.svelte", "It reads a column's name as it is laid out: for thirty columns the page is laid out thirty times.", [
    ["setLabel(el.innerText)", "setLabel(el.textContent)"],
  ]],
];

/** Mends a file. `used`: the page that is built has the calendar, so the file has to come by. */
function mend([file, why, changes]: Mend, used: boolean): Plugin {
  let seen = false;
  return {
    name: `calendar: ${file}`,
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("@event-calendar/core/src/") || !id.endsWith(`/${file}`)) return undefined;
      seen = true;
      return changes.reduce((mended, [from, to]) => {
        if (!mended.includes(from)) throw new Error(`${file} says no more “${from}”. Look whether this is still so, in calendar.ts: ${why}`);
        return mended.replace(from, () => to);
      }, code);
    },
    buildEnd(failed) {
      if (!failed && used && !seen) throw new Error(`${file} did not come by. Look where it is now, in calendar.ts: ${why}`);
    },
  };
}

/**
 * The calendar calls itself a table and its parts rows and cells, but not all of them, so what it tells a screen reader is worse than nothing. The visits
 * stay buttons with their words; the list is the view to be read aloud.
 */
function noTable(): Plugin {
  const said = /\s(?:role="(?:row|rowgroup|rowheader|columnheader|\{[^"]*'(?:columnheader|table)'[^"]*\})"|aria-col(?:span|index)="\{[^"]*\}")/g;
  const left = /role="(?:row|rowgroup|rowheader|columnheader|cell|table)"|role = '|'(?:columnheader|table)'|aria-col/;
  return {
    name: "calendar: no table",
    enforce: "pre",
    transform(code, id) {
      if (!/@event-calendar\/core\/src\/.*\.svelte$/.test(id)) return undefined;
      const plain = code.replace(said, "").replace("role = 'cell'", "role = undefined");
      if (left.test(plain)) throw new Error(`${id} still says it is part of a table. Look at noTable in calendar.ts.`);
      return plain;
    },
  };
}

/** The calendar as it has to be; `used`: the page that is built has it. */
export const calendar = (used: boolean): Plugin[] => [...MENDS.map((one) => mend(one, used)), noTable()];
