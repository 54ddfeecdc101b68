/** A table that is wider than its place can be reached and scrolled by keyboard; one that fits is no stop on the way. */
export function scrollable(box: HTMLElement): () => void {
  const look = () => {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", "Tabela, rola para os lados");
    } else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  };
  const observer = new ResizeObserver(look);
  observer.observe(box);
  if (box.firstElementChild) observer.observe(box.firstElementChild);
  return () => observer.disconnect();
}
