import { mount } from "svelte";
import Convite from "./Convite.svelte";
import "./entrada.css";

mount(Convite, { target: document.getElementById("raiz")! });
