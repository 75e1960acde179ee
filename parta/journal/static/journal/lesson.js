// @ts-check
// The page of a lesson: joins the save queue to the three steps. Each step's behaviour is a module of its own.

import "./board.js";
import "./resend.js";
import { queue } from "./save.js";
import { Desk } from "./lesson-desk.js";
import { roll } from "./lesson-roll.js";
import { marks } from "./lesson-marks.js";
import { topic } from "./lesson-topic.js";
import { words } from "./lesson-words.js";

const body = /** @type {HTMLElement} */ (document.querySelector(".lbody"));
document.documentElement.classList.add("has-script");

queue.url = body.dataset.write ?? "";
const wide = matchMedia("(min-width: 64rem)");
const save = /** @type {HTMLElement} */ (document.querySelector("[data-save]"));
queue.addEventListener("state", () => {
  save.dataset.s = queue.state;
  save.textContent = queue.state === "saved" && !wide.matches ? "Сохранено" : queue.text;
});

const desk = new Desk(body, queue);
roll(desk);
marks(desk);
topic(desk);
words(desk);
