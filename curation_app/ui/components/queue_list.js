// The lines of the queue on the screen. Every text is set as text, never as markup.
export default function ({ data, parentElement, setTriggerValue }) {
  const put = (parent, name, cls, text) => {
    const element = document.createElement(name);
    element.className = cls;
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const root = parentElement.querySelector(".queue");
  root.replaceChildren();
  const list = put(root, "div", "queue-lines");
  list.setAttribute("role", "list");
  for (const line of data.lines) {
    const button = put(list, "button", `queue-line k-${line.kind}` + (line.decided ? " decided" : ""));
    button.type = "button";
    button.title = line.snippet;
    button.dataset.row = line.row;
    if (line.here) button.setAttribute("aria-current", "true");
    put(button, "b", "num", line.suspicion);
    const words = put(button, "span", "snippet", line.picture ? "" : line.snippet);
    if (line.picture) {
      const picture = put(words, "img", "pixels thumb");
      picture.src = line.picture;
      picture.alt = "";
      words.append(line.snippet);
    }
    put(button, "span", "badge", line.badge);
    button.onclick = () => {
      list.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
      button.setAttribute("aria-current", "true");
      setTriggerValue("row", line.row);
    };
  }
  const pager = put(root, "div", "queue-pager");
  const turn = (sign, label, enabled) => {
    const button = put(pager, "button", "queue-turn", sign);
    button.type = "button";
    button.setAttribute("aria-label", label);
    button.disabled = !enabled;
    return button;
  };
  turn("‹", "Earlier lines", data.earlier).onclick = () => setTriggerValue("page", -1);
  put(pager, "span", "num", data.position);
  turn("›", "Later lines", data.later).onclick = () => setTriggerValue("page", 1);
}
