/** The pages of the app: where each is, who sees it, and its code, loaded when it is opened. */
import CalendarDays from "@lucide/svelte/icons/calendar-days";
import ChartColumn from "@lucide/svelte/icons/chart-column";
import Hourglass from "@lucide/svelte/icons/hourglass";
import MessagesSquare from "@lucide/svelte/icons/messages-square";
import ReceiptText from "@lucide/svelte/icons/receipt-text";
import Settings from "@lucide/svelte/icons/settings";
import Smartphone from "@lucide/svelte/icons/smartphone";
import Users from "@lucide/svelte/icons/users";
import type { User } from "../api/session.svelte";
import type { Page } from "../shell/pages";

export type { Page, PageProps } from "../shell/pages";

const everybody = () => true;
const managers = (user: User) => user.gestor;
/** Who works for the whole clinic: everybody but professionals who do not manage it. */
const desk = (user: User) => user.gestor || user.user_type !== "medico";

export const PAGES: Page[] = [
  { title: "Agenda", pattern: "/app/agenda", href: "/app/agenda", icon: CalendarDays, load: () => import("./agenda/Agenda.svelte"), for: everybody, first: true },
  { title: "Conversas", pattern: "/app/conversas/:id?", href: "/app/conversas", icon: MessagesSquare, load: () => import("./conversas/Conversas.svelte"), for: desk, first: true },
  { title: "Pacientes", pattern: "/app/pacientes/:id?", href: "/app/pacientes", icon: Users, load: () => import("./pacientes/Pacientes.svelte"), for: everybody, first: true },
  { title: "Lista de espera", pattern: "/app/espera", href: "/app/espera", icon: Hourglass, load: () => import("./espera/Espera.svelte"), for: everybody },
  { title: "Relatórios", pattern: "/app/relatorios", href: "/app/relatorios", icon: ChartColumn, load: () => import("./relatorios/Relatorios.svelte"), for: everybody },
  { title: "WhatsApp", pattern: "/app/whatsapp", href: "/app/whatsapp", icon: Smartphone, load: () => import("./whatsapp/Whatsapp.svelte"), for: desk },
  { title: "Ajustes", pattern: "/app/ajustes/:secao?", href: "/app/ajustes", icon: Settings, load: () => import("./ajustes/Ajustes.svelte"), for: everybody },
  { title: "Plano e faturas", pattern: "/app/plano", href: "/app/plano", icon: ReceiptText, load: () => import("./plano/Plano.svelte"), for: managers },
];
