/** Asked for by `over`. */
export { default as Help } from "./Help.svelte";
export { default as More } from "./More.svelte";
export { default as PersonMenu } from "./PersonMenu.svelte";
