import { mount } from "svelte";
import "../lib/tema.svelte";
import "../styles/base.css";
import "./console.css";
import { onSessionEnd } from "../api/client";
import { leave } from "../api/session.svelte";
import { listen } from "../lib/keys";
import { start } from "../lib/router.svelte";
import Console from "./Console.svelte";

onSessionEnd(() => leave("expirou"));
start("/console");
listen();
mount(Console, { target: document.getElementById("raiz")! });
if ("serviceWorker" in navigator && import.meta.env.PROD) void navigator.serviceWorker.register("/sw.js");
