/** What an operator may, by their papel. The server decides; this is for what is shown. */
import { type User, session } from "../api/session.svelte";

export const admins = (user: User) => user.papel === "admin";
/** Who looks after money. */
export const money = (user: User) => admins(user) || user.papel === "financeiro";
/** Who looks after clinics. */
export const clinics = (user: User) => admins(user) || user.papel === "suporte";
export const everybody = (user: User) => user.user_type === "operador";

/** Whether the person who is logged in is one of these. */
export const can = (who: (user: User) => boolean): boolean => session.user !== null && who(session.user);
