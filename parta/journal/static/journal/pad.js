// @ts-check
// A keypad for a finger: a double tap on a cell, or a tap on the one already chosen.

import { absenceCodes, columnName, columnOf, data, isFinal, nameOf, scale, standing } from "./model.js";
import { box, button, closePop, openPop } from "./pop.js";
import { showHistory } from "./history.js";
import { write } from "./write.js";

/** @param {HTMLTableCellElement} td */
export function showPad(td) {
  if (td.classList.contains("out")) return;
  const column = columnOf(td);
  const cell = standing(td);
  const keys = box("div", "keypop");
  /** @param {string} label @param {import("./write.js").Act} act @param {string} kind @param {boolean} [on] @param {string} [name] */
  const key = (label, act, kind, on = false, name = "") => {
    const made = button(label, () => {
      closePop(false);
      td.focus();
      write(act);
    }, kind);
    made.setAttribute("aria-pressed", String(on));
    if (name) made.setAttribute("aria-label", name);
    keys.append(made);
  };
  const symbols = isFinal(td) ? data.finals : column?.marks ? data.marks : [];
  for (const symbol of symbols) {
    key(symbol, { td, fact: "mark", value: symbol }, scale.get(symbol)?.passes === false ? "low" : "", cell.value === symbol);
  }
  if (column?.absences) {
    for (const code of absenceCodes.filter((other) => other.mine)) {
      key(code.symbol, { td, fact: "absence", value: code.symbol }, "sm", cell.absence === code.symbol, code.title);
    }
  }
  if (!keys.children.length) return;
  const more = [];
  if (data.double && column?.marks && symbols.length) more.push(button("Двойная", () => showDouble(td, symbols)));
  if (cell.value) more.push(button("Снять отметку", () => act(td, { td, fact: "mark", value: "" })));
  if (cell.absence) more.push(button("Был на уроке", () => act(td, { td, fact: "absence", value: "" })));
  more.push(button("История", () => void showHistory(td), "btn btn--quiet"));
  openPop(td, { title: `${nameOf(td)}, ${columnName(td)}`, body: [keys, box("div", "acts", ...more)], focus: true });
}

/** @param {HTMLTableCellElement} td @param {import("./write.js").Act} what */
function act(td, what) {
  closePop(false);
  td.focus();
  write(what);
}

/** Content first, then literacy. @param {HTMLTableCellElement} td @param {string[]} symbols */
function showDouble(td, symbols) {
  const keys = box("div", "keypop");
  const words = box("p", "mut", "Сначала за содержание, потом за грамотность");
  let first = "";
  for (const symbol of symbols) {
    keys.append(
      button(symbol, () => {
        if (first) act(td, { td, fact: "mark", value: `${first}/${symbol}` });
        else {
          first = symbol;
          words.textContent = `${first} за содержание; за грамотность:`;
        }
      }, scale.get(symbol)?.passes === false ? "low" : ""),
    );
  }
  openPop(td, { title: `${nameOf(td)}: двойная отметка`, body: [words, keys], focus: true });
}
