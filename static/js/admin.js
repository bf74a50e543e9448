// Names that the stock admin leaves out, for readers of the screen.
(() => {
  const name = () => {
    document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
      const label = document.querySelector(`label[for="${select.id}"]`);
      const box = select.parentElement.querySelector(".select2-selection");
      const text = label?.textContent ?? select.closest("td")?.className ?? "";
      box?.removeAttribute("aria-labelledby");
      box?.setAttribute("aria-label", text.replace(":", "").trim());
    });
    document.querySelectorAll("th.original:empty").forEach((cell) => {
      const word = document.createElement("span");
      word.className = "visually-hidden";
      word.textContent = "记录";
      cell.append(word);
    });
  };
  window.addEventListener("load", name);
  document.addEventListener("formset:added", () => setTimeout(name));
})();
