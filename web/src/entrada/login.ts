import { mount } from "svelte";
import Login from "./Login.svelte";
import "./entrada.css";

mount(Login, { target: document.getElementById("raiz")! });
