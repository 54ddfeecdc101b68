/** The people who log in, and the address of an invitation: `""` when it only went by e-mail. */
import type { Shapes } from "../../../api/client";

export type Usuario = Shapes["UsuarioDaClinica"];

export const inviteUrl = (invited: Shapes["ConvidadoOut"] | undefined): string => invited?.link ?? "";
