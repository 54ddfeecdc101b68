/** The people who log in (`/api/usuarios`), in this page's words until the API's description has them. */
import type { Client } from "openapi-fetch";
import { api } from "../../../api/client";

export interface Usuario {
  id: number;
  user_type: "medico" | "secretaria";
  nome: string;
  email: string | null;
  gestor: boolean;
  ativo: boolean;
  /** Whether they chose a password, and so may log in. */
  tem_senha?: boolean | null;
}
interface Convite {
  url?: string | null;
  link?: string | null;
  expira_em?: string | null;
}
type Ok<T> = { 200: { headers: Record<string, unknown>; content: { "application/json": T } } };
interface Paths {
  "/api/usuarios": {
    get: { parameters: object; responses: Ok<{ usuarios: Usuario[] }> };
    post: { parameters: object; requestBody: { content: { "application/json": { nome: string; email: string; gestor: boolean } } }; responses: Ok<unknown> };
  };
  "/api/usuarios/{user_type}/{id}": {
    patch: {
      parameters: { path: { user_type: string; id: number } };
      requestBody: { content: { "application/json": { nome?: string; email?: string; gestor?: boolean; ativo?: boolean } } };
      responses: Ok<unknown>;
    };
  };
  "/api/usuarios/convites": {
    post: { parameters: object; requestBody: { content: { "application/json": { user_type: string; id: number; email?: string } } }; responses: Ok<Convite> };
  };
}

export const usersApi = api as unknown as Client<Paths>;

/** The address of an invitation, `""` when it only went by e-mail. */
export const inviteUrl = (convite: Convite | undefined) => convite?.url ?? convite?.link ?? "";
