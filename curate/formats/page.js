"use strict";
// Shows and hides what is on the page already; writes nothing into it but numbers.
(() => {
  const form = document.querySelector(".filters");
  const said = form.querySelector("output");
  const field = (name) => form.elements.namedItem(name);
  const cards = [...document.querySelectorAll(".cards > li")].map((node) => ({
    node,
    name: node.dataset.path.toLowerCase(),
    codes: new Set(node.dataset.codes.split(" ")),
  }));
  const rules = [...document.querySelectorAll(".rule[data-code]")].map((node) => ({
    node,
    code: node.dataset.code,
    severity: node.dataset.severity,
    findings: [...node.querySelectorAll(".finding")].map((finding) => ({
      node: finding,
      on: finding.dataset.on ? finding.dataset.on.split(" ").map(Number) : [],
      strip: [...finding.querySelectorAll(".strip > li[data-n]")],
    })),
  }));

  const apply = () => {
    const wanted = field("picture").value.trim().toLowerCase();
    const code = field("rule").value;
    const severities = new Set(
      ["error", "warning", "info"].filter((name) => field(name)?.checked));
    const named = cards.map((card) => !wanted || card.name.includes(wanted));
    const shown = new Set();
    let findings = 0;
    for (const rule of rules) {
      const open = (!code || rule.code === code) && severities.has(rule.severity);
      let left = 0;
      for (const finding of rule.findings) {
        const keep = open && (!wanted || finding.on.some((n) => named[n - 1]));
        finding.node.hidden = !keep;
        if (keep) left += 1;
        for (const item of finding.strip) item.hidden = !named[item.dataset.n - 1];
      }
      rule.node.hidden = !left;
      if (left) shown.add(rule.code);
      findings += left;
    }
    let pictures = 0;
    cards.forEach((card, n) => {
      const keep = named[n] && [...shown].some((c) => card.codes.has(c));
      card.node.hidden = !keep;
      if (keep) pictures += 1;
    });
    said.textContent = `${findings.toLocaleString()} entries, ${pictures.toLocaleString()} pictures`;
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 60);
  });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
