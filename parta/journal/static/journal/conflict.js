// @ts-check
// Somebody else wrote in the cell meanwhile: both values side by side, and a person chooses.

import { settle } from "./model.js";
import { box, button, closePop, openPop, popIsAbout } from "./pop.js";
import { conflicts, forget, write } from "./write.js";

/** @param {HTMLTableCellElement} td */
export function showConflict(td) {
  const conflict = conflicts.get(td);
  if (!conflict || popIsAbout(td)) return;
  const { act, theirs } = conflict;
  const value = (/** @type {string} */ text) => box("span", "mk", text || "пусто");
  const author = [theirs.by, theirs.at].filter(Boolean).join(", ");
  const takeOver = () => {
    if (act.fact === "absence") settle(td, { absence: theirs.theirs, absenceVersion: theirs.version });
    else settle(td, { value: theirs.theirs, version: theirs.version, first: "" });
  };
  const mine = () => {
    takeOver();
    forget(td);
    closePop(false);
    td.focus();
    write({ ...act, seen: theirs.version });
  };
  const keep = () => {
    takeOver();
    forget(td);
    closePop(false);
    td.focus();
  };
  openPop(td, {
    role: "alertdialog",
    kind: "pop--red",
    title: "В журнале уже другое значение",
    body: [
      box("p", "", "Пока страница была открыта, клетку изменили. Ничего не потеряно: выберите, что останется."),
      box(
        "div",
        "versus",
        box("div", "", "Ваше", document.createElement("br"), value(act.value)),
        box("div", "", `В журнале${author ? `: ${author}` : ""}`, document.createElement("br"), value(theirs.theirs)),
      ),
      box("div", "acts", button("Оставить как в журнале", keep, "btn btn--go"), button("Записать моё", mine)),
    ],
  });
}
