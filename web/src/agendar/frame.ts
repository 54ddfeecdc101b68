/** The page inside a clinic's own site: `?embutido=1` leaves out its header and tells the parent how high it is, a number and nothing else. */
export const embedded = new URLSearchParams(location.search).get("embutido") === "1";

export function announce(): void {
  if (!embedded || window.parent === window) return;
  document.documentElement.dataset.embutido = "";
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    // Any site may hold the page; nobody learns anything from this.
    window.parent.postMessage(height, "*");
  }).observe(document.body);
}
