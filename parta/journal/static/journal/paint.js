// @ts-check
// How a cell looks: the same classes the server writes, see the head of grid.css.

import { absenceCodes, isFinal, scale, standing } from "./model.js";
import { speakAnew } from "./spoken.js";

const CONTENT = ["low", "dbl", "abs", "unk", "fix", "cmt", "pen", "put", "edge", "lt", "wait", "off", "no", "cnf", "typing"];

/** @param {string} value @returns {boolean} whether a symbol of the scale does not pass */
const fails = (value) => scale.get(value)?.passes === false;

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/**
 * Draw what stands in the cell; `shown` puts something else in front: a value on its way or refused.
 * @param {HTMLTableCellElement} td
 * @param {{value?: string, absence?: string, state?: "" | "wait" | "off" | "no" | "cnf" | "typing"}} [shown]
 */
export function paint(td, { value, absence, state = "" } = {}) {
  const cell = standing(td);
  const mark = value ?? cell.value;
  const letter = absence ?? cell.absence;
  const isCorrected = Boolean(cell.first) && cell.first !== mark && value === undefined;
  td.classList.remove(...CONTENT);
  td.replaceChildren();
  if (isCorrected) td.append(element("s", cell.first));
  if (mark.includes("/")) {
    td.classList.add("dbl");
    mark.split("/").forEach((part, n) => {
      if (n) td.append("/");
      td.append(fails(part) ? element("i", part) : part);
    });
  } else if (mark) {
    td.append(mark);
    if (fails(mark)) td.classList.add("low");
  }
  if (letter && !isFinal(td)) {
    if (mark || isCorrected) td.append(element("sup", letter));
    else {
      td.append(letter);
      td.classList.add("abs");
      if (absenceCodes.find((code) => code.symbol === letter)?.meaning === "unknown") td.classList.add("unk");
    }
  }
  if (isCorrected) td.classList.add("fix");
  if (cell.noted) td.classList.add("cmt");
  if (cell.late && mark && value === undefined) td.classList.add("lt");
  if (state === "no" || state === "cnf") td.classList.remove("low");
  if (state === "off") td.classList.add("wait");
  if (state) td.classList.add(state);
  speakAnew(td);
}
