/** Asks before what cannot be undone: `if (await confirm({ title, text, yes })) …`. `Confirm.svelte` shows it. */

export interface Question {
  title: string;
  text: string;
  /** What the button says: the deed, not "OK". */
  yes: string;
  no?: string;
  danger?: boolean;
}

let open = $state<{ question: Question; answer: (yes: boolean) => void } | null>(null);

export const question = {
  get open() {
    return open;
  },
};

export function confirm(asked: Question): Promise<boolean> {
  open?.answer(false);
  return new Promise((resolve) => {
    open = {
      question: asked,
      answer(yes) {
        open = null;
        resolve(yes);
      },
    };
  });
}
