import { show } from "../lib/show";
import Convite from "./Convite.svelte";
import "./entrada.css";

show(Convite);
