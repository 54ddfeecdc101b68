/** Whether the server answers: what the banner at the top says. */
let reachable = $state(true);
let browserOnline = $state(typeof navigator === "undefined" ? true : navigator.onLine);

if (typeof window !== "undefined") {
  window.addEventListener("online", () => (browserOnline = reachable = true));
  window.addEventListener("offline", () => (browserOnline = false));
}

export const net = {
  get online(): boolean {
    return reachable && browserOnline;
  },
  /** Called with each answer, or its absence. */
  reached(well: boolean): void {
    reachable = well;
  },
};
