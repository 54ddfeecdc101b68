/**
 * What opens over the frame: the shortcuts, a phone's other pages, what concerns the person. No page needs it to be seen, so its code comes
 * afterwards.
 */
export const over = () => import("./dialogs");
