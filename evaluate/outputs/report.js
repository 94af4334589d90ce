"use strict";
// Shows pictures of this page larger and side by side; loads nothing.
(() => {
  const viewer = document.querySelector(".viewer");
  if (!viewer) return;
  const rows = [...document.querySelectorAll(".matrix tbody tr")].map((row) => ({
    name: row.querySelector("th").textContent,
    cells: new Map([...row.querySelectorAll("td[data-column]")].map(
      (cell) => [cell.dataset.column, cell.querySelector("img")])),
  })).filter((row) => [...row.cells.values()].some(Boolean));
  if (!rows.length) return;
  const form = viewer.querySelector(".hand");
  const { under, over, wipe } = form.elements;
  const stage = viewer.querySelector(".stage");
  const [below, above] = stage.querySelectorAll("img");
  const said = form.querySelector("output");
  const columns = [...over.options].map((option) => option.value);
  let at = 0;

  const show = () => {
    const row = rows[at];
    document.querySelectorAll(".matrix img.here").forEach((img) => img.classList.remove("here"));
    const put = (img, column) => {
      const from = row.cells.get(column);
      img.hidden = !from;
      if (from) {
        img.src = from.src;
        img.alt = from.alt;
        from.classList.add("here");
      }
    };
    put(below, under.value);
    put(above, over.value);
    above.style.clipPath = `inset(0 0 0 ${wipe.value}%)`;
    said.textContent = `${row.name}: ${under.value} | ${over.value} (${at + 1} of ${rows.length})`;
  };
  const step = (rowStep, columnStep) => {
    at = (at + rowStep + rows.length) % rows.length;
    const next = columns.indexOf(over.value) + columnStep;
    over.value = columns[Math.min(columns.length - 1, Math.max(0, next))];
    show();
  };
  const moves = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  };
  viewer.addEventListener("keydown", (event) => {
    if (event.target.matches("select, input") || !moves[event.key]) return;
    event.preventDefault();
    step(...moves[event.key]);
  });
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  const drag = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = stage.getBoundingClientRect();
    wipe.value = Math.round((event.clientX - box.left) / box.width * 100);
    show();
  };
  stage.addEventListener("pointerdown", drag);
  stage.addEventListener("pointermove", drag);

  const open = (img) => {
    const cell = img.closest("td");
    at = rows.findIndex((row) => row.cells.get(cell.dataset.column) === img);
    over.value = cell.dataset.column;
    show();
    viewer.scrollIntoView({ block: "start" });
    viewer.focus({ preventScroll: true });
  };
  const reveal = (img) => {
    img.closest("details").open = true;
    document.querySelectorAll(".strip img.here").forEach((other) => other.classList.remove("here"));
    img.classList.add("here");
    img.scrollIntoView({ block: "center" });
  };
  document.querySelector(".matrix").addEventListener("click", (event) => {
    if (event.target.matches("img")) open(event.target);
  });
  document.querySelectorAll("[data-show]").forEach((button) => {
    const img = document.querySelector(`img[data-key="${button.dataset.show}"]`);
    if (!img) button.hidden = true;
    else button.addEventListener("click", () => (img.closest(".matrix") ? open : reveal)(img));
  });
  over.value = columns[columns.length - 1];
  viewer.hidden = false;
  show();
})();
