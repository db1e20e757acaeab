import { expect, test } from "vitest";

test("the module loads where there is no page", async () => {
  expect(globalThis).not.toHaveProperty("customElements");
  const player = await import("../src/index.ts");
  expect(player.PoseloomMascot).toBeTypeOf("function");
});

test("the React component loads where there is no page", async () => {
  const { renderToString } = await import("react-dom/server");
  const { createElement } = await import("react");
  const { Mascot } = await import("../src/react.ts");
  const html = renderToString(createElement(Mascot, { src: "mascot.json", className: "pim", id: "pim" }));
  expect(html).toBe('<poseloom-mascot src="mascot.json" id="pim" class="pim"></poseloom-mascot>');
});
