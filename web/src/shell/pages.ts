/** Pages of an app: where each is, who sees it, and its code, loaded when it is opened. */
import type { Component } from "svelte";
import type { User } from "../api/session.svelte";
import { match } from "../lib/router.svelte";

/** What a page gets: the parameters of its address. */
export interface PageProps {
  params: Record<string, string | undefined>;
}

export interface Page {
  /** Its name in the menu, and of the tab. */
  title: string;
  pattern: string;
  /** Where the menu leads. */
  href: string;
  icon: Component<{ size?: number | string }>;
  load: () => Promise<{ default: Component<PageProps> | Component<Record<string, never>> }>;
  /** Whether this person has it in the menu; the server decides what they may. */
  for: (user: User) => boolean;
  /** In the bar of a phone, or behind "Mais". */
  first?: boolean;
}

export interface Found extends PageProps {
  page: Page;
}

/** The first page whose pattern the address fits. */
export function find(pages: Page[], path: string): Found | null {
  for (const page of pages) {
    const at = match(page.pattern, path);
    if (at) return { page, params: at.params };
  }
  return null;
}
