/** The sections of the settings: where each is, who has it, and its code, loaded when it is opened. */
import type { Component } from "svelte";
import Ban from "@lucide/svelte/icons/ban";
import BellRing from "@lucide/svelte/icons/bell-ring";
import Building from "@lucide/svelte/icons/building-2";
import CalendarOff from "@lucide/svelte/icons/calendar-off";
import Clock from "@lucide/svelte/icons/clock";
import DoorOpen from "@lucide/svelte/icons/door-open";
import Eye from "@lucide/svelte/icons/eye";
import Scale from "@lucide/svelte/icons/scale";
import KeyRound from "@lucide/svelte/icons/key-round";
import MapPin from "@lucide/svelte/icons/map-pin";
import ListChecks from "@lucide/svelte/icons/list-checks";
import Stethoscope from "@lucide/svelte/icons/stethoscope";
import WalletCards from "@lucide/svelte/icons/wallet-cards";
import type { User } from "../../api/session.svelte";

export interface Section {
  slug: string;
  title: string;
  text: string;
  /** For a médico who sees only what is theirs. */
  own?: { title: string; text?: string };
  group: "Atendimento" | "Pacientes" | "Clínica";
  icon: Component<{ size?: number | string }>;
  load: () => Promise<{ default: Component }>;
  for: (user: User) => boolean;
}

/** A médico who does not manage the clinic touches only the own agenda. */
export const isOwnOnly = (user: User | null) => user?.user_type === "medico" && !user.gestor;

const everybody = () => true;
const clinicWide = (user: User) => !isOwnOnly(user);
const managers = (user: User) => user.gestor;

export const SECTIONS: Section[] = [
  { slug: "horarios", title: "Horários", text: "A semana de cada profissional e as datas fora dela", own: { title: "Meus horários", text: "A sua semana e as datas fora dela" }, group: "Atendimento", icon: Clock, load: () => import("./horarios/Horarios.svelte"), for: everybody },
  { slug: "bloqueios", title: "Bloqueios", text: "Férias, folgas, reuniões", group: "Atendimento", icon: Ban, load: () => import("./bloqueios/Bloqueios.svelte"), for: everybody },
  { slug: "profissionais", title: "Profissionais", text: "Quem atende, avisos e calendário", own: { title: "Meu atendimento", text: "Os seus dados, avisos e calendário" }, group: "Atendimento", icon: Stethoscope, load: () => import("./profissionais/Profissionais.svelte"), for: everybody },
  { slug: "servicos", title: "Serviços", text: "O que se marca, quanto dura e quanto custa", group: "Atendimento", icon: ListChecks, load: () => import("./servicos/Servicos.svelte"), for: clinicWide },
  { slug: "convenios", title: "Convênios", text: "Quem aceita, em que dias, quantos por dia", group: "Atendimento", icon: WalletCards, load: () => import("./convenios/Convenios.svelte"), for: clinicWide },
  { slug: "recursos", title: "Salas e equipamentos", text: "O que um serviço precisa ter livre", group: "Atendimento", icon: DoorOpen, load: () => import("./recursos/Recursos.svelte"), for: clinicWide },
  { slug: "feriados", title: "Feriados", text: "Quando a clínica fecha, ou abre mesmo assim", group: "Atendimento", icon: CalendarOff, load: () => import("./feriados/Feriados.svelte"), for: clinicWide },
  { slug: "lembretes", title: "Lembretes e textos", text: "O que os pacientes recebem, e quando", own: { title: "Meus lembretes", text: "O que os seus pacientes recebem, e quando" }, group: "Pacientes", icon: BellRing, load: () => import("./lembretes/Lembretes.svelte"), for: everybody },
  { slug: "regras", title: "Regras", text: "Antecedência, limites, lista de espera", group: "Pacientes", icon: Scale, load: () => import("./regras/Regras.svelte"), for: managers },
  { slug: "equipe", title: "Equipe", text: "Quem entra no sistema e o que pode", group: "Clínica", icon: KeyRound, load: () => import("./equipe/Equipe.svelte"), for: managers },
  { slug: "acessos", title: "Acessos", text: "Quem viu dados de pacientes", group: "Clínica", icon: Eye, load: () => import("./acessos/Acessos.svelte"), for: managers },
  { slug: "unidades", title: "Unidades", text: "Os lugares onde a clínica atende", group: "Clínica", icon: MapPin, load: () => import("./unidades/Unidades.svelte"), for: managers },
  { slug: "clinica", title: "Clínica", text: "Dados, endereço, cor e logo", group: "Clínica", icon: Building, load: () => import("./clinica/Clinica.svelte"), for: managers },
];
