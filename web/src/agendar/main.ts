import { mount } from "svelte";
import "../styles/base.css";
import { start } from "../lib/router.svelte";
import Agendar from "./Agendar.svelte";
import { announce } from "./frame";

start("/agendar");
announce();
mount(Agendar, { target: document.getElementById("raiz")! });
