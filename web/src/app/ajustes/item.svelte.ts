/** Which thing of a section's list is open, in the address: `?item=3`, or `?item=novo`. */
import { go, router } from "../../lib/router.svelte";
import { mayLeave } from "./unsaved.svelte";

const to = (item: string | null) => go(router.path + (item === null ? "" : `?item=${item}`));

export const item = {
  /** `null` when the list is shown, 0 when a new one is made. */
  get open(): number | null {
    const asked = router.query.get("item");
    return asked === null ? null : asked === "novo" ? 0 : Number(asked);
  },
  show(id: number | "novo"): void {
    void to(String(id));
  },
  /** Back to the list; what is unsaved is asked about unless it was just saved. */
  async close(saved = false): Promise<void> {
    if (saved || (await mayLeave())) await to(null);
  },
};
