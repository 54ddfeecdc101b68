import "../styles/base.css";
import { start } from "../lib/router.svelte";
import { show } from "../lib/show";
import Agendar from "./Agendar.svelte";
import { announce } from "./frame";

start("/agendar");
announce();
show(Agendar);
