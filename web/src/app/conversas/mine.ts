/** Whether a conversation is with whoever looks. */
import { session } from "../../api/session.svelte";
import type { Conversa } from "./list";

export const isMine = (one: Conversa): boolean => one.modo === "humano" && session.isMe(one.atendente_tipo, one.atendente_id);
