import { mount } from "svelte";
import Senha from "./Senha.svelte";
import "./entrada.css";

mount(Senha, { target: document.getElementById("raiz")! });
