// @ts-check
// Note and history of a cell, on request: what the change log knows of it.

import { columnName, columnOf, data, isFinal, leadOf, nameOf, standing, studentOf } from "./model.js";
import { box, button, closePop, openPop, popIsAbout } from "./pop.js";
import { write } from "./write.js";

/** @param {HTMLTableCellElement} td */
export async function showHistory(td) {
  if (td.classList.contains("out")) return;
  const title = `${nameOf(td)}, ${columnName(td)}`;
  openPop(td, { title, body: [box("p", "mut", "Читаю журнал изменений…")], focus: true });
  const query = new URLSearchParams({ student: String(studentOf(td)) });
  const column = columnOf(td);
  if (isFinal(td) || !column) query.set("term", String(data.term));
  else {
    query.set("lesson", String(column.lesson));
    if (column.assessment) query.set("assessment", String(column.assessment));
  }
  let entries = null;
  try {
    const answer = await fetch(`${data.urls.history}?${query}`, { headers: { Accept: "application/json" } });
    if (answer.ok) entries = (await answer.json()).entries;
  } catch {
    entries = null;
  }
  if (!popIsAbout(td)) return;
  const body = entries === null ? [box("p", "err", "История не прочитана: нет связи. Повторите позже.")] : list(entries);
  const note = noteField(td, entries ?? []);
  if (note) body.push(note);
  body.push(box("div", "acts", button("Закрыть", () => closePop(), note ? "btn btn--quiet" : "btn")));
  openPop(td, { title, body, focus: true });
}

/** @param {any[]} entries @returns {Node[]} */
function list(entries) {
  if (!entries.length) return [box("p", "mut", "Здесь ещё ничего не писали.")];
  const items = entries.map((entry) => {
    const shown = box("span", "mk", entry.now || "–");
    if (!entry.now && entry.was) shown.replaceChildren(box("s", "", entry.was));
    const who = [entry.who, entry.role].filter(Boolean).join(", ");
    const more = [
      entry.what,
      entry.was && entry.now ? `было ${entry.was}` : "",
      entry.undo ? "возврат" : "",
      entry.late ? "позже срока" : "",
      entry.permit ? "по согласию завуча" : "",
      entry.reason ? `причина: ${entry.reason}` : "",
      entry.comment ? `«${entry.comment}»` : "",
    ];
    return box(
      "li",
      "",
      shown,
      box("span", "", `${entry.at} · ${who}`, document.createElement("br"), box("small", "", more.filter(Boolean).join(", "))),
    );
  });
  return [box("ol", "hist", ...items)];
}

/** A note stands beside a mark. @param {HTMLTableCellElement} td @param {any[]} entries */
function noteField(td, entries) {
  const column = columnOf(td);
  const cell = standing(td);
  if (!column?.marks || !cell.value) return null;
  const field = document.createElement("input");
  field.className = "input";
  field.id = "pop-note";
  field.maxLength = 300;
  field.value = [...entries].reverse().find((entry) => entry.comment)?.comment ?? "";
  const label = document.createElement("label");
  label.htmlFor = field.id;
  label.textContent = "Заметка к отметке";
  const save = () => {
    closePop(false);
    td.focus();
    write({ td, fact: "mark", value: cell.value, comment: field.value.trim() });
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      save();
    }
  });
  return box("div", "field", label, field, box("div", "acts", button("Сохранить заметку", save, "btn btn--go")));
}
