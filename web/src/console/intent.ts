/** One key for one intent: the same body sent again counts once, another body is another intent. */
import { newKey, once } from "../api/client";

export function intent(): (body: unknown) => { "idempotency-key": string } {
  let [sent, key] = ["", ""];
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== sent) [sent, key] = [text, newKey()];
    return once(key);
  };
}
