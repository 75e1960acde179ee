// @ts-check
// Words to a student or family in a dialog, and homework for one student.

import { button, element, paint } from "./lesson-desk.js";

/** @param {import("./lesson-desk.js").Desk} desk */
export function words(desk) {
  const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("words"));
  const form = desk.form("words");
  if (dialog && form) {
    const select = /** @type {HTMLSelectElement} */ (form.elements.namedItem("student"));
    const text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("note"));
    form.addEventListener("change", () => paint(form));
    paint(form);
    if (dialog.open) {
      dialog.close();
      dialog.showModal();
    }
    for (const link of document.querySelectorAll("[data-words]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const chosen = /** @type {HTMLElement | null} */ (document.querySelector("[data-marks] li.sel"));
        if (chosen?.dataset.student) select.value = chosen.dataset.student;
        dialog.showModal();
        text.focus();
      });
    }
    form.querySelector("[data-close]")?.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const kind = /** @type {HTMLInputElement} */ (form.querySelector('input[name="kind"]:checked'));
      const said = text.value.trim();
      const student = Number(select.value);
      const who = select.selectedOptions[0].textContent ?? "";
      await desk.write(() => [{ fact: "note", lesson: desk.lesson, student, kind: kind.value, text: said }], {
        host: () => form.querySelector("[data-note]"),
        saved: ([result]) => {
          add(result.id, `${who}, ${kind.parentElement?.textContent?.trim()}: ${said}`);
          text.value = "";
          dialog.close();
        },
      });
    });
  }

  const list = document.querySelector("[data-notes]");
  /** @param {number} id @param {string} told */
  function add(id, told) {
    list?.querySelector(".mut")?.remove();
    const item = element("li");
    item.append(element("span", "", told), remover(item, id));
    list?.append(item);
  }
  /** @param {HTMLElement} item @param {number} id */
  function remover(item, id) {
    return button("Отозвать", "btn btn--quiet", () =>
      desk.write(() => [{ fact: "note", id, withdraw: true }], { host: () => item, saved: () => item.remove() }),
    );
  }
  for (const old of list?.querySelectorAll("form") ?? []) {
    const item = /** @type {HTMLElement} */ (old.closest("li"));
    old.replaceWith(remover(item, Number(item.dataset.id)));
  }

  const individual = desk.form("individual");
  const shown = document.querySelector("[data-individual]");
  individual?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const select = /** @type {HTMLSelectElement} */ (individual.elements.namedItem("student"));
    const text = /** @type {HTMLTextAreaElement} */ (individual.elements.namedItem("text"));
    const student = Number(select.value);
    const who = select.selectedOptions[0].textContent ?? "";
    const said = text.value.trim();
    const old = /** @type {HTMLElement | null} */ (shown?.querySelector(`li[data-student="${student}"]`) ?? null);
    const due = /** @type {HTMLInputElement | null} */ (document.querySelector('[data-dues] input[name="due"]:checked'));
    await desk.write(
      () => [
        {
          fact: "homework",
          lesson: desk.lesson,
          student,
          text: said,
          none: false,
          due_lesson: due ? Number(due.value) : null,
          seen: Number(old?.dataset.version ?? 0),
        },
      ],
      {
        key: `homework:${student}`,
        host: () => individual.querySelector("[data-note]"),
        saved: ([result]) => {
          const item = element("li");
          item.dataset.student = String(student);
          item.dataset.version = String(result.version ?? 1);
          const line = element("span");
          line.append(element("b", "", who), ` ${said}`);
          item.append(line);
          if (old) old.replaceWith(item);
          else shown?.append(item);
          text.value = "";
          select.value = "";
        },
      },
    );
  });
}
