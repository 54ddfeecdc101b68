/**
 * What is larger than its place can be reached and scrolled by keyboard; what fits is no stop on the way. With a name it is a region of the
 * page while it scrolls.
 */
export const scrollable =
  (name = "") =>
  (box: HTMLElement): (() => void) => {
    const look = () => {
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) {
        box.tabIndex = 0;
        if (!name) return;
        box.setAttribute("role", "region");
        box.setAttribute("aria-label", name);
      } else for (const attribute of ["tabindex", "role", "aria-label"]) box.removeAttribute(attribute);
    };
    const observer = new ResizeObserver(look);
    observer.observe(box);
    if (box.firstElementChild) observer.observe(box.firstElementChild);
    return () => observer.disconnect();
  };

/** A table that may be wider than a phone. */
export const wideTable = scrollable("Tabela, rola para os lados");
