// Names that the stock admin leaves out, for readers of the screen.
(() => {
  const nameOf = (field) => {
    const cell = field.closest("td");
    const label =
      document.querySelector(`label[for="${field.id}"]`) ??
      field.closest("table")?.tHead?.rows[0].cells[cell.cellIndex];
    return label?.textContent.replace(":", "").trim() ?? "";
  };
  const name = () => {
    document
      .querySelectorAll(".tabular td :is(input, select, textarea):not([aria-label])")
      .forEach((field) => field.setAttribute("aria-label", nameOf(field)));
    document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
      const text = nameOf(select);
      select.parentElement
        .querySelectorAll(".select2-selection, .select2-selection__rendered")
        .forEach((box) => {
          box.removeAttribute("aria-labelledby");
          box.setAttribute("aria-label", text);
        });
    });
    document.querySelectorAll("th.original:empty").forEach((cell) => {
      const word = document.createElement("span");
      word.className = "visually-hidden";
      word.textContent = "记录";
      cell.append(word);
    });
  };
  // The boxes are made at no fixed time: when the page is ready, or a row is added.
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
  name();
})();
