/**
 * Small hands for the page: find, make, fill. Text always goes in as text, never as markup.
 */

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id} is not on this page`);
  return /** @type {any} */ (found);
}

/**
 * Makes an element. A key that starts with "on" is a listener, `style` an object of properties, all else an attribute;
 * `false`, `null` and `undefined` leave it out.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") place(element, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child || child === ""));
  return element;
}

/** Sets style properties one by one: the only way the content security policy leaves open. */
export function place(element, properties) {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, String(value));
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child || child === ""));
}

/** Shows a message in a `role="alert"` or `role="status"` box, or hides the box when there is none. */
export function say(box, text, kind = "erro") {
  box.hidden = !text;
  box.dataset.tipo = kind;
  if (box.textContent !== text) box.textContent = text ?? "";
}

/** Calls `work` when no new call has come for `wait` milliseconds. */
export function settled(work, wait) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), wait);
  };
}
