"use strict";
// Collects answers and hands them to the reader as a file; sends nothing anywhere.
(() => {
  const fields = [...document.querySelectorAll("fieldset")];
  const said = document.querySelector("output");
  const chosen = (field) => field.querySelector("input:checked");

  const focus = (step) => {
    const here = fields.indexOf(document.activeElement?.closest("fieldset"));
    const next = fields[Math.min(fields.length - 1, Math.max(0, here + step))];
    (chosen(next) || next.querySelector("input")).focus();
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input:not([type=radio])")) return;
    const field = document.activeElement?.closest("fieldset");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      focus(event.key === "ArrowDown" ? 1 : -1);
    } else if (field && (/^[0-5]$/.test(event.key) || event.key === "x")) {
      const value = event.key === "x" ? "" : event.key;
      const choice = field.querySelector(`input[value="${value}"]`);
      if (!choice) return;
      choice.checked = true;
      tell();
      focus(1);
    }
  });

  const tell = () => {
    said.textContent = `${fields.filter(chosen).length} of ${fields.length} answered`;
  };

  document.addEventListener("change", tell);
  document.querySelector("#save").addEventListener("click", () => {
    const answers = fields.filter(chosen).map((field) => {
      const card = field.closest("li");
      const value = chosen(field).value;
      return {
        key: card.dataset.key,
        attribute: field.dataset.attribute,
        value: value === "" ? null : Number(value),
        repeat: Number(card.dataset.repeat),
      };
    });
    const who = document.querySelector("[name=who]").value.trim();
    const text = JSON.stringify({ version: 1, who, answers }, null, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "answers.json";
    link.click();
    tell();
  });
  tell();
})();
