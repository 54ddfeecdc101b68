/** The pages of the operators' app. */
import Gauge from "@lucide/svelte/icons/gauge";
import HeartPulse from "@lucide/svelte/icons/heart-pulse";
import Hospital from "@lucide/svelte/icons/hospital";
import Layers from "@lucide/svelte/icons/layers";
import ReceiptText from "@lucide/svelte/icons/receipt-text";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import ShieldAlert from "@lucide/svelte/icons/shield-alert";
import TrendingUp from "@lucide/svelte/icons/trending-up";
import UserCog from "@lucide/svelte/icons/user-cog";
import type { Page } from "../shell/pages";
import { admins, clinics, everybody, money } from "./can";

export const PAGES: Page[] = [
  { title: "Clínicas", pattern: "/console/clinicas/:id?/:aba?", href: "/console/clinicas", icon: Hospital, load: () => import("./clinicas/Clinicas.svelte"), for: everybody, first: true },
  { title: "Planos", pattern: "/console/planos", href: "/console/planos", icon: Layers, load: () => import("./planos/Planos.svelte"), for: money },
  { title: "Faturas", pattern: "/console/faturas/:id?", href: "/console/faturas", icon: ReceiptText, load: () => import("./faturas/Faturas.svelte"), for: money, first: true },
  { title: "Receita", pattern: "/console/receita", href: "/console/receita", icon: TrendingUp, load: () => import("./receita/Receita.svelte"), for: money },
  { title: "Uso", pattern: "/console/uso", href: "/console/uso", icon: Gauge, load: () => import("./uso/Uso.svelte"), for: everybody },
  { title: "Incidentes", pattern: "/console/incidentes/:id?", href: "/console/incidentes", icon: ShieldAlert, load: () => import("./incidentes/Incidentes.svelte"), for: clinics, first: true },
  { title: "Auditoria", pattern: "/console/auditoria", href: "/console/auditoria", icon: ScrollText, load: () => import("./auditoria/Auditoria.svelte"), for: admins },
  { title: "Operadores", pattern: "/console/operadores", href: "/console/operadores", icon: UserCog, load: () => import("./operadores/Operadores.svelte"), for: admins },
  { title: "Saúde", pattern: "/console/saude", href: "/console/saude", icon: HeartPulse, load: () => import("./saude/Saude.svelte"), for: everybody, first: true },
];
