import { mount } from "svelte";
import "../styles/base.css";
import Agendar from "./Agendar.svelte";

mount(Agendar, { target: document.getElementById("raiz")! });
